"""The body of an HTTP request, from what a step's config says."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from pbdb.model import StepFailed


def build(body: Any, content_type: str) -> tuple[bytes, str | None]:
    """The bytes, and the content type to send with them; null for the one that was given.

    Text as it is; `{base64: …}` (also `{base64, filename, content_type}`) as bytes, which is what a
    response of another call gave; with a form's content type an object as form or multipart fields;
    anything else as JSON. Raises StepFailed CONFIG_INVALID.
    """
    if body is None:
        return b"", None
    media = content_type.partition(";")[0].strip().lower()
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    if media == "application/x-www-form-urlencoded":
        return urllib.parse.urlencode(pairs(_fields(body, "form"))).encode(), None
    if media == "multipart/form-data":
        return _multipart(_fields(body, "multipart"))
    if _is_file(body) and media != "application/json":
        return _bytes(body), str(body.get("content_type") or "application/octet-stream")
    return as_text(body).encode(), "application/json"


def pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values as forms and queries send them: a list gives one a value, null none."""
    found = []
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                found.append((name, as_text(item)))
    return found


def as_text(value: Any) -> str:
    """Text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _fields(body: Any, kind: str) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise _invalid(f"a {kind} body is an object of names and values")
    return body


def _multipart(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    """RFC 7578: a part a value; an object with base64 is a file."""
    boundary = "pbdb-" + secrets.token_hex(16)
    parts = bytearray()
    for name, value in _parts(fields):
        disposition = f'form-data; name="{_quoted(name)}"'
        kind = None
        if _is_file(value):
            disposition += f'; filename="{_quoted(str(value.get("filename") or name))}"'
            kind = str(value.get("content_type") or "application/octet-stream")
        content = _bytes(value) if _is_file(value) else as_text(value).encode()
        parts += f"--{boundary}\r\nContent-Disposition: {disposition}\r\n".encode()
        if kind is not None:
            parts += f"Content-Type: {_line(kind)}\r\n".encode()
        parts += b"\r\n" + content + b"\r\n"
    parts += f"--{boundary}--\r\n".encode()
    return bytes(parts), f"multipart/form-data; boundary={boundary}"


def _parts(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, item


def _is_file(value: Any) -> bool:
    """Is it `{base64: …}`, and nothing that only has such a key among others?"""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("base64"), str)
        and set(value) <= {"base64", "filename", "content_type"}
    )


def _bytes(value: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(value["base64"], validate=True)
    except binascii.Error as error:
        raise _invalid(f"the base64 of a body cannot be read: {error}") from None


def _quoted(name: str) -> str:
    """HTML's escapes in names of multipart fields."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _line(text: str) -> str:
    if not text.isprintable():
        raise _invalid("the content_type of a file holds a line break or control character")
    return text


def _invalid(why: str) -> StepFailed:
    return StepFailed("CONFIG_INVALID", why, permanent=True)
