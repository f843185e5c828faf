"""From a request to the arguments of a function: which keys there are, and of which kind."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.datastructures import QueryParams

from pbdb.server.problems import Problem, argument

_NUMBERS: Final = {"integer": int, "bigint": int, "double precision": float, "real": float}
_WORDS: Final = {"true": True, "false": False}


def unknown_keys(given: Iterable[str], allowed: Iterable[str], what: str) -> None:
    """Refuse a key that nothing reads, with the nearest one that something does."""
    known = sorted(allowed)
    for each in given:
        if each not in known:
            near = difflib.get_close_matches(each[:100], known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known) or '-'}"
            raise Problem(400, "PB017", f'{what} "{each[:100]}" is not known here', hint)


def from_query(
    query: QueryParams, keys: Mapping[str, str], types: Mapping[str, str]
) -> dict[str, Any]:
    """Return arguments of a query string: a key may come twice where the argument is an array."""
    found: dict[str, Any] = {}
    for key, name in keys.items():
        values = query.getlist(key)
        if not values:
            continue
        kind = types[name]
        if kind.endswith("[]"):
            found[name] = values
        elif len(values) > 1:
            raise Problem(400, "PB017", f"{key} is given {len(values)} times")
        else:
            found[name] = _of_text(key, values[0], kind)
    return found


def _of_text(key: str, text: str, kind: str) -> Any:
    """What a text of a query string or a path stands for."""
    if kind == "boolean":
        if text not in _WORDS:
            raise argument(key, "true or false", text)
        return _WORDS[text]
    if kind in _NUMBERS:
        try:
            return _NUMBERS[kind](text)
        except ValueError:
            raise argument(key, "a number", text) from None
    if kind == "jsonb":
        try:
            return json.loads(text)
        except ValueError:
            raise argument(key, "JSON", text) from None
    return text


def from_path(
    given: Mapping[str, str], keys: Mapping[str, str], types: Mapping[str, str]
) -> dict[str, Any]:
    """Return arguments of a path."""
    return {name: _of_text(key, given[key], types[name]) for key, name in keys.items()}


def bound(name: str, value: Any, kind: str) -> Any:
    """Return a value as the driver sends it: JSON as its text. Raises Problem when it is none."""
    if value is None:
        return None
    if kind == "jsonb":
        return json.dumps(value)
    if kind.endswith("[]"):
        if not isinstance(value, list):
            raise argument(name, "an array", value)
        return [bound(name, each, kind[:-2]) for each in value]
    if kind in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise argument(name, "a number", value)
        return value
    if kind == "boolean":
        if not isinstance(value, bool):
            raise argument(name, "true or false", value)
        return value
    if not isinstance(value, str):
        raise argument(name, "a text", value)
    return value
