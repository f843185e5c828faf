"""API_CALL: bodies as services really send them, bodies as they are sent, and what is not repeated."""

from __future__ import annotations

import base64
import gzip
import json
import time
import zlib
from email.utils import formatdate
from typing import Any

import pytest

from http_server import HttpServer, Received, Reply
from pbdb.model import StepFailed

TEXT = "Grüße, 世界\n" * 400


@pytest.fixture
def call(http: HttpServer, make_step: Any, run_step: Any) -> Any:
    def run(config: dict[str, Any], environ: dict[str, str] | None = None, **step: Any) -> Any:
        environ = {**http.allow, **(environ or {})}
        config = {"url": http.url + "/", **config}
        return run_step(make_step("API_CALL", config, **step), environ=environ).value

    return run


@pytest.fixture
def fails(call: Any) -> Any:
    def run(config: dict[str, Any], environ: dict[str, str] | None = None) -> StepFailed:
        with pytest.raises(StepFailed) as caught:
            call(config, environ)
        return caught.value

    return run


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def flipped(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 0xFF
    return bytes(changed)


BODY = TEXT.encode()
WHOLE = {
    "gzip": ("gzip", gzip.compress(BODY)),
    "two members": ("gzip", gzip.compress(BODY[:500]) + gzip.compress(BODY[500:])),
    "empty members": ("gzip", gzip.compress(b"") * 300 + gzip.compress(BODY)),
    "padded with zeros": ("gzip", gzip.compress(BODY) + b"\0" * 512),
    "x-gzip": ("x-gzip", gzip.compress(BODY)),
    "zlib": ("deflate", zlib.compress(BODY)),
    "raw deflate": ("deflate", raw_deflate(BODY)),
    "gzip called deflate": ("deflate", gzip.compress(BODY)),
}
BROKEN = {
    "without its trailer": ("gzip", gzip.compress(BODY)[:-8]),
    "without its last byte": ("gzip", gzip.compress(BODY)[:-1]),
    "half": ("gzip", gzip.compress(BODY)[:40]),
    "second member cut": ("gzip", gzip.compress(BODY) + gzip.compress(BODY)[:-4]),
    "wrong checksum": ("gzip", flipped(gzip.compress(BODY), -6)),
    "something behind it": ("gzip", gzip.compress(BODY) + b"<html>"),
    "plain text": ("gzip", BODY),
    "zlib cut": ("deflate", zlib.compress(BODY)[:-3]),
    "raw deflate cut": ("deflate", raw_deflate(BODY)[:-3]),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_compressed_body_arrives_whole(http: HttpServer, call: Any, kind: str) -> None:
    encoding, body = WHOLE[kind]
    http.reply("/", body, content_type="text/plain", content_encoding=encoding)
    assert call({})["data"] == TEXT


@pytest.mark.parametrize("kind", BROKEN)
def test_a_part_of_a_compressed_body_is_no_answer(http: HttpServer, fails: Any, kind: str) -> None:
    encoding, body = BROKEN[kind]
    http.reply("/", body, content_type="text/plain", content_encoding=encoding)
    failure = fails({})
    assert (failure.code, failure.unknown_outcome) == ("HTTP_ERROR", True)


NAME = {"name": "Müller"}
SAID = json.dumps(NAME, ensure_ascii=False)


@pytest.mark.parametrize(
    ("content_type", "body", "data"),
    [
        ("application/json; charset=ISO-8859-1", SAID.encode("latin-1"), NAME),
        ("application/json", b"\xef\xbb\xbf" + SAID.encode(), NAME),
        ("application/json; charset=utf-16", SAID.encode("utf-16"), NAME),
        ("application/json", SAID.encode("utf-16-le"), NAME),
        ("application/json;charset=UTF-8", SAID.encode(), NAME),
        ("text/json", SAID.encode(), NAME),
        ("Application/JSON", SAID.encode(), NAME),
        ("application/problem+json", SAID.encode(), NAME),
        ("application/x-ndjson", (SAID + "\n\n" + SAID + "\n").encode(), [NAME, NAME]),
        ("application/jsonl", b"1", [1]),
        ("application/json", b" \r\n", None),
        ("", SAID.encode(), NAME),
        ("", b"[1, 2", "[1, 2"),
        ("", b"plain", "plain"),
        ("", b"7", "7"),
        ("", b"\xff\x00", {"base64": base64.b64encode(b"\xff\x00").decode()}),
        ("text/csv; charset=utf-8", b"\xef\xbb\xbfid,name\n", "id,name\n"),
        ("text/plain", "Ü".encode("utf-16"), "Ü"),
        ("text/plain", b"M\xfcller", "M\ufffdller"),
        ("application/yaml", b"a: 1", "a: 1"),
        ("application/octet-stream", b"{}", {"base64": base64.b64encode(b"{}").decode()}),
    ],
)
def test_a_body_is_read_by_what_it_says_of_itself(
    http: HttpServer, call: Any, content_type: str, body: bytes, data: Any
) -> None:
    http.routes["/"] = lambda _: Reply(body, headers={"content-type": content_type})
    assert call({})["data"] == data


@pytest.mark.parametrize(
    "body", ["{", "[NaN]", '{"a": -Infinity}', "[" * 100_000, '{"a": 1}\n{"a": 2}', "1" * 5000]
)
def test_what_says_json_and_is_none_is_no_answer(
    http: HttpServer, fails: Any, call: Any, body: str
) -> None:
    http.reply("/", body, content_type="application/json")
    assert fails({}).code == "HTTP_ERROR"
    http.reply("/", body, 500, content_type="application/json")
    assert fails({}).details["data"] == body[:4000]


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS"])
def test_a_body_is_sent_with_every_method(http: HttpServer, call: Any, method: str) -> None:
    http.reply("/", {})
    call({"method": method, "body": {"query": 1}})
    assert json.loads(http.received[0].body) == {"query": 1}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 300])
def test_a_redirect_that_is_not_followed_is_no_success(
    http: HttpServer, fails: Any, call: Any, status: int
) -> None:
    http.reply("/", "<html>Moved", status, location="/new")
    failure = fails({})
    assert (failure.code, failure.permanent) == ("HTTP_STATUS", True)
    assert "/new" in failure.message
    assert call({"expect_status": status})["status_code"] == status


@pytest.mark.parametrize("zone", ["GMT", "-0000", ""])
def test_a_date_to_retry_after_is_in_gmt(
    http: HttpServer, fails: Any, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    date = formatdate(time.time() + 300, usegmt=True).replace("GMT", zone).strip()
    try:
        http.reply("/", "", 503, retry_after=date)
        assert 200 < fails({}).retry_after_seconds <= 300
    finally:
        monkeypatch.undo()
        time.tzset()


def test_bytes_of_one_answer_are_sent_on_as_bytes(http: HttpServer, call: Any) -> None:
    http.reply("/picture", b"\x89PNG\x00", content_type="image/png")
    http.reply("/", {})
    picture = call({"url": http.url + "/picture"})["data"]
    call({"method": "PUT", "body": picture, "headers": {"Content-Type": "image/png"}})
    call({"method": "PUT", "body": {**picture, "content_type": "image/png"}})
    call({"method": "PUT", "body": picture, "headers": {"Content-Type": "application/json"}})

    sent = [(r.body, r.headers["content-type"]) for r in http.received[1:]]
    assert sent[:2] == [(b"\x89PNG\x00", "image/png")] * 2
    assert json.loads(sent[2][0]) == picture


FILE_HEAD = (
    b'Content-Disposition: form-data; name="file"; filename="a%0D%0A.txt"\r\n'
    b"Content-Type: text/plain"
)


def test_a_multipart_body_has_fields_and_files(http: HttpServer, call: Any) -> None:
    http.reply("/", {})
    body = {
        "purpose": 'te"st',
        "tags": ["a", "b"],
        "none": None,
        "meta": {"n": 1},
        "file": {"base64": "aGVsbG8=", "filename": "a\r\n.txt", "content_type": "text/plain"},
    }
    call({"method": "POST", "body": body, "headers": {"content-type": "multipart/form-data"}})

    (sent,) = http.received
    kind, _, boundary = sent.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    parts = sent.body.split(b"--" + boundary.encode())
    assert parts[-1] == b"--\r\n"
    heads = [part.strip(b"\r\n").split(b"\r\n\r\n") for part in parts[1:-1]]
    assert heads == [
        [b'Content-Disposition: form-data; name="purpose"', b'te"st'],
        [b'Content-Disposition: form-data; name="tags"', b"a"],
        [b'Content-Disposition: form-data; name="tags"', b"b"],
        [b'Content-Disposition: form-data; name="meta"', b'{"n":1}'],
        [
            FILE_HEAD,
            b"hello",
        ],
    ]


@pytest.mark.parametrize(
    "body", [{"base64": "%%%"}, {"base64": "aGVsbG8"}, {"base64": "aGk=", "content_type": "a\r\nb"}]
)
def test_a_body_that_cannot_be_built_sends_nothing(
    http: HttpServer, fails: Any, body: dict[str, str]
) -> None:
    http.reply("/", {})
    multipart = {"content-type": "multipart/form-data"}
    failure = fails({"method": "POST", "headers": multipart, "body": {"f": body}})
    assert (failure.code, failure.permanent) == ("CONFIG_INVALID", True)
    assert http.received == []


def test_a_secret_may_stand_in_the_path(http: HttpServer, call: Any, fails: Any) -> None:
    http.routes["/botT00/b:c%20d/send"] = lambda r: Reply(r.path.encode(), 404)
    secret = {"PBDB_SECRET_BOT": "T00/b:c d"}
    auth = {"type": "path", "secret": "BOT"}

    failure = fails({"url": http.url + "/bot:secret/send", "auth": auth}, secret)
    assert http.received[0].path == "/botT00/b:c%20d/send"
    assert "T00/b:c" not in str(failure) + str(failure.details)
    assert fails({"url": http.url + "/bot/send", "auth": auth}, secret).code == "CONFIG_INVALID"


def drop(_: Received) -> Reply:
    return None  # type: ignore[return-value]


def slow(_: Received) -> Reply:
    time.sleep(2)
    return Reply("{}")


@pytest.mark.parametrize(
    ("answer", "is_unknown"),
    [
        (drop, True),
        (slow, True),
        (lambda _: Reply("{", 201, {"content-type": "application/json"}), True),
        (lambda _: Reply("", 504), True),
        (lambda _: Reply("", 502), True),
        (lambda _: Reply("", 503), False),
        (lambda _: Reply("", 500), False),
        (lambda _: Reply("", 422), False),
    ],
)
def test_a_failure_says_whether_the_request_may_have_been_done(
    http: HttpServer, fails: Any, answer: Any, is_unknown: bool
) -> None:
    http.routes["/"] = answer
    failure = fails({"method": "POST", "timeout_seconds": 0.3 if answer is slow else 20})
    assert failure.unknown_outcome is is_unknown


def test_a_refused_connection_did_nothing(http: HttpServer, fails: Any) -> None:
    failure = fails({"url": "http://127.0.0.1:1/"}, {"PBDB_EGRESS_ALLOW": "127.0.0.1:1"})
    assert (failure.code, failure.unknown_outcome) == ("HTTP_ERROR", False)
