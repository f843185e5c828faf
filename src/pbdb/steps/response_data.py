"""What the body of an HTTP response says, as JSON data."""

from __future__ import annotations

import base64
import codecs
import json
import re
from typing import Any

# What services write, decoded in linear time. Python knows more by name, among them punycode, which
# takes a minute over 400 kB, and some that are no charsets at all.
_CHARSETS = re.compile(
    r"utf-?8|utf-?(16|32)(-?[lb]e)?|(us-)?ascii|latin-?1|iso-8859-([1-9]|1[013-6])"
    r"|windows-125[0-8]|cp125[0-8]|koi8-[ru]|shift[_-]jis|euc-(jp|kr)|iso-2022-jp|gb(k|2312|18030)|big5"
)
_JSON = frozenset({"application/json", "text/json", "application/x-json"})
_JSON_LINES = frozenset(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines",
     "application/json-lines", "application/jsonlines", "text/jsonl"}
)  # fmt: skip
_TEXT = (
    "xml",
    "x-www-form-urlencoded",
    "javascript",
    "ecmascript",
    "yaml",
    "toml",
    "graphql",
    "csv",
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before those of UTF-16, which they begin with.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read(body: bytes, content_type: str) -> Any:
    """The body by its content type: JSON, the list of JSON lines, text, else `{base64}`.

    Null for an empty body, and for JSON of white space only. A byte order mark says the encoding
    and is no part of the text. Without a content type: JSON if it is an object or an array, text if
    it is UTF-8. Raises ValueError when the type says JSON and the body is none.
    """
    if not body:
        return None
    media, _, parameters = content_type.partition(";")
    media = media.strip().lower()
    if media in _JSON or media.endswith("+json"):
        return _json(_decoded(body, parameters, strict=True))
    if media in _JSON_LINES:
        lines = _decoded(body, parameters, strict=True).split("\n")
        return [_json(line) for line in lines if line.strip()]
    if media.startswith("text/") or media.endswith(_TEXT):
        return _decoded(body, parameters, strict=False)
    if not media:
        return _guessed(body)
    return {"base64": base64.b64encode(body).decode()}


def _guessed(body: bytes) -> Any:
    try:
        text = _decoded(body, "charset=utf-8", strict=True)
    except ValueError:
        return {"base64": base64.b64encode(body).decode()}
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _json(text)
        except ValueError:
            return text
    return text


def _json(text: str) -> Any:
    """RFC 8259: no NaN, no infinity; depth as far as Python reads it."""
    if not text.strip():
        return None
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _decoded(body: bytes, parameters: str, *, strict: bool) -> str:
    """The text, by its byte order mark, else the charset named, else UTF-8."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "strict" if strict else "replace")
    named = re.search(r"charset=[\"']?([\w.:-]+)", parameters, re.IGNORECASE)
    charset = named[1].lower() if named else ""
    if not _CHARSETS.fullmatch(charset):
        # JSON without a mark says by its first zeros whether it is UTF-16 or UTF-32.
        charset = json.detect_encoding(body) if strict else "utf-8"
    return body.decode(charset, "strict" if strict else "replace")
