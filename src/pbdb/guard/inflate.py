"""Bodies that came compressed: whole or not at all, and never larger than a limit."""

from __future__ import annotations

import zlib
from typing import Final

ENCODINGS: Final = ("identity", "", "gzip", "x-gzip", "deflate")
"""The content encodings that are read."""

_GZIP = 31
_ZLIB = 15
_RAW = -15
_GZIP_HEAD = b"\x1f\x8b"
# What is behind a member is copied once a member: little, because there may be very many.
_SLICE = 4096


class BodyBroken(ValueError):
    """A compressed body that ends early, has a wrong checksum or is no such thing."""


class BodyTooLarge(ValueError):
    """A body that is larger than the limit."""


def inflate(body: bytes, encoding: str, most: int) -> bytes:
    """What a compressed body holds, at most `most` bytes.

    Gzip may come in several members (RFC 1952, 2.2), padded with zeros; deflate with zlib's header
    (RFC 9110, 8.4.1.2) or without, as some servers send it. A service that says deflate and sends
    gzip is believed by what it sends. Raises BodyBroken, BodyTooLarge.
    """
    found = bytearray()
    at = 0
    while at < len(body):
        at = _member(body, at, encoding, most, found)
        while body[at : at + 1] == b"\0":
            at += 1
        if at < len(body) and body[at : at + 2] != _GZIP_HEAD:
            raise BodyBroken(f"a {encoding} body with something else behind it")
    return bytes(found)


def _member(body: bytes, at: int, encoding: str, most: int, found: bytearray) -> int:
    """Add what the member at this position holds; the position behind it."""
    member = zlib.decompressobj(_window(body[at : at + 2], encoding))
    while not member.eof:
        part = body[at : at + _SLICE]
        if not part:
            raise BodyBroken(f"a {encoding} body that ends too early")
        try:
            while part and not member.eof:
                found += member.decompress(part, most + 1 - len(found))
                if len(found) > most:
                    raise BodyTooLarge(f"more than {most} bytes")
                at += len(part) - len(member.unconsumed_tail) - len(member.unused_data)
                part = member.unconsumed_tail
        except zlib.error as error:
            raise BodyBroken(f"a broken {encoding} body") from error
    return at


def _window(head: bytes, encoding: str) -> int:
    """What zlib has to expect: see `wbits` of zlib.decompressobj."""
    if head == _GZIP_HEAD or "gzip" in encoding:
        return _GZIP
    # RFC 1950: method 8, and the two bytes of the header are a multiple of 31.
    if len(head) == 2 and head[0] & 15 == 8 and (head[0] << 8 | head[1]) % 31 == 0:
        return _ZLIB
    return _RAW
