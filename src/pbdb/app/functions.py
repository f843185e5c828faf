"""The predefined functions of CUSTOM_FUNCTION steps: `config.function` names one of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pbdb.model import StepFailed


def concatenate(values: list[Any], separator: str = "") -> str:
    """The values as text, joined; objects and arrays as JSON."""
    return separator.join(_as_text(value) for value in values)


def filter_array(array: list[Any], field: str, operator: str, value: Any = None) -> list[Any]:
    """The items whose `field` passes: equals, notEquals, greaterThan, lessThan or contains."""
    test = _TESTS.get(operator)
    if test is None:
        raise StepFailed(
            "INPUT_INVALID",
            f"filterArray does not know the operator {operator!r}; use {', '.join(_TESTS)}",
            permanent=True,
        )
    return [item for item in array if test(_member(item, field), value)]


def total(values: list[float]) -> float:
    """The sum of the numbers; 0 for none."""
    return _whole(sum(values))


def average(values: list[float]) -> float:
    """The mean of the numbers; 0 for none."""
    return _whole(sum(values) / len(values)) if values else 0


def format_date(date: str, format: Literal["ISO", "short", "long"] = "ISO") -> str:
    """An ISO 8601 date as `2026-01-31T08:00:00+00:00`, `1/31/2026` or `January 31, 2026`."""
    moment = _parse_date(date)
    if format == "short":
        return f"{moment.month}/{moment.day}/{moment.year}"
    if format == "long":
        return f"{moment:%B} {moment.day}, {moment.year}"
    return moment.isoformat()


def parse_json(jsonString: str) -> Any:
    """The value that a JSON text stands for."""
    try:
        return json.loads(jsonString)
    except ValueError as error:
        raise StepFailed("INPUT_INVALID", f"parseJSON: {error}", permanent=True) from error


def stringify_json(data: Any, pretty: bool = False) -> str:
    """A value as JSON text, indented by two spaces when `pretty`."""
    if pretty:
        return json.dumps(data, ensure_ascii=False, indent=2)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def extract_fields(data: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """The named members of an object; those that it lacks are left out."""
    return {field: data[field] for field in fields if field in data}


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _member(item: Any, field: str) -> Any:
    return item.get(field) if isinstance(item, Mapping) else None


def _comparable(left: Any, right: Any) -> bool:
    numbers = all(
        isinstance(side, (int, float)) and not isinstance(side, bool) for side in (left, right)
    )
    return numbers or (isinstance(left, str) and isinstance(right, str))


def _contains(left: Any, right: Any) -> bool:
    if isinstance(left, list):
        return right in left
    return isinstance(left, str) and _as_text(right) in left


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda left, right: bool(left == right),
    "notEquals": lambda left, right: bool(left != right),
    "greaterThan": lambda left, right: _comparable(left, right) and bool(left > right),
    "lessThan": lambda left, right: _comparable(left, right) and bool(left < right),
    "contains": _contains,
}


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _parse_date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise StepFailed(
            "INPUT_INVALID",
            f"formatDate: {text[:40]!r} is not an ISO 8601 date such as "
            f"{date(2026, 1, 31).isoformat()}T08:00:00Z",
            permanent=True,
        ) from None


PREDEFINED: dict[str, Callable[..., Any]] = {
    "concatenate": concatenate,
    "filterArray": filter_array,
    "sum": total,
    "average": average,
    "formatDate": format_date,
    "parseJSON": parse_json,
    "stringifyJSON": stringify_json,
    "extractFields": extract_fields,
}
