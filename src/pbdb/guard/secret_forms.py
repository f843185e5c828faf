"""How the value of a secret may be written where it comes back."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

# Shorter values are not looked for: "dev" would be found in every second text.
SHORTEST = 6
# From here on half of a value is known to be of it.
_HALVED = 24


def forms(value: str) -> set[str]:
    """The value, and its parts if it is JSON, in every way that services echo them."""
    values = {value, *_members(value)}
    found = {form for each in values for form in _forms(each)}
    found |= {form[len(form) // 2 :] for form in found if len(form) >= _HALVED}
    return {form for form in found if len(form) >= SHORTEST}


def _members(value: str) -> Iterator[str]:
    """The texts in a value that is a JSON object or array, such as a service account's key."""
    if value.lstrip()[:1] not in ("{", "["):
        return
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return
    waiting: list[Any] = [parsed]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        # Shorter members are words like "service_account" rather than keys.
        elif isinstance(each, str) and len(each) >= _HALVED:
            yield each


def _forms(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield value.encode().hex()
    yield value.encode().hex().upper()
    for quoted in (
        urllib.parse.quote(value),
        urllib.parse.quote(value, safe=""),
        urllib.parse.quote(value, safe="/:"),
        urllib.parse.quote_plus(value),
    ):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), quoted)
    # Inside a longer text (user:password) base64 has three alignments; the characters that depend
    # on the neighbours are left out.
    for before in range(3):
        raw = b"\0" * before + value.encode()
        start = (before * 8 + 5) // 6
        end = len(raw) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(raw).decode()[start:end]
