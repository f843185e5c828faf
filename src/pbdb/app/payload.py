"""Values on their way into jsonb: what PostgreSQL cannot store is found here, with its path.

One value that JSON or jsonb refuses would make the whole batch of completions fail, so every
result is checked before it is sent.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from pbdb.model import StepFailed

MAX_DEPTH = 64


def to_json(value: Any) -> Any:
    """`value` as plain JSON data (dict, list, str, int, float, bool, None).

    Dataclasses and pydantic models become objects; dates, UUIDs, decimals and paths become
    strings. Raises StepFailed OUTPUT_INVALID, permanent, naming the path of what does not fit:
    NaN, infinity, NUL characters, lone surrogates, keys that are not text, more than 64 levels.
    """
    return _convert(value, "$", 0)


def storable(value: Any) -> Any:
    """JSON data that is like `value`: what jsonb refuses becomes text, or U+FFFD inside text.

    For errors, where a part that is lost does less harm than a failure that is not recorded.
    """
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode(errors="replace").decode()
    if isinstance(value, Mapping):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(item) for item in value]
    try:
        return to_json(value)
    except StepFailed:
        return storable(repr(value))


def _convert(value: Any, path: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _invalid(path, f"is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(str(value), path)
    if isinstance(value, int):
        if value.bit_length() > 10_000:
            raise _invalid(path, "is a number of more than 3000 digits")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _invalid(path, f"is {value}, which JSON has no number for")
        return float(value)
    if isinstance(value, Mapping):
        return {
            _key(key, path): _convert(item, f"{path}.{key}", depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_convert(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    return _convert(_plain(value, path), path, depth)


def _plain(value: Any, path: str) -> Any:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (UUID, Decimal, PurePath)):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    raise _invalid(path, f"is a {type(value).__name__}, which is not JSON")


def _key(key: Any, path: str) -> str:
    if not isinstance(key, str):
        raise _invalid(path, f"has the key {key!r}, which is not text")
    return _text(key, path)


def _text(value: str, path: str) -> str:
    if "\x00" in value:
        raise _invalid(path, "holds a NUL character (\\u0000), which PostgreSQL cannot store")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _invalid(path, "holds half of a surrogate pair") from None
    return value


def _invalid(path: str, what: str) -> StepFailed:
    if len(path) > 200:
        path = path[:200] + "…"
    return StepFailed(
        "OUTPUT_INVALID", f"the result cannot be stored: {path} {what}", permanent=True
    )
