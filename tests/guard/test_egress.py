"""Egress: which targets are refused, in every way of writing them, and how the rest is bounded."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import socket
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from http_server import HttpServer, Received, Reply, http_server
from pbdb.guard.egress import (
    Egress,
    EgressPolicy,
    EgressRequest,
    EgressResponse,
    Target,
    is_public,
)
from pbdb.model import StepFailed


def send(url: str, *, policy: EgressPolicy | None = None, **request: Any) -> EgressResponse:
    timeout = request.pop("timeout", 10)

    async def main() -> EgressResponse:
        async with Egress(policy) as egress:
            return await egress.send(
                EgressRequest(**{"method": "GET", "url": url, **request}), timeout_seconds=timeout
            )

    return asyncio.run(main())


def refused(url: str, policy: EgressPolicy | None = None, **request: Any) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        send(url, policy=policy, **request)
    return caught.value


def resolving(names: Mapping[str, Sequence[str]]) -> Any:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return names[host]

    return resolve


def open_to(server: HttpServer, **changes: Any) -> EgressPolicy:
    return EgressPolicy(allow=(Target.parse(f"127.0.0.1:{server.port}"),), **changes)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "127.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "0",
        "0.0.0.0",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "\u2460\u2461\u2466.0.0.1",
    ],
)
def test_an_inside_address_is_refused_in_every_spelling(host: str) -> None:
    failure = refused(f"http://{host}/")
    # A spelling that the resolver does not know reaches nothing either.
    assert failure.code in {"EGRESS_DENIED", "HTTP_ERROR"}
    if failure.code == "HTTP_ERROR":
        assert "cannot be resolved" in failure.message


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "//example.com/",
        "example.com",
        "",
        "http://",
        "http:///path",
        "http://user:pass@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com/\r\nX-Header: 1",
        "http://exa mple.com/",
        "http://example.com/\x00",
        "http://example.com:22/",
        "http://example.com:5432/",
        "http://example.com:99999/",
        "http://[::1/",
        "http://example.com/" + "x" * 2048,
    ],
)
def test_a_url_that_is_no_plain_web_address_is_refused(url: str) -> None:
    failure = refused(url)
    assert (failure.code, failure.permanent) == ("EGRESS_DENIED", True)


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def test_a_name_with_one_inside_address_is_refused_without_telling_it() -> None:
    names = {"rebind.example": ["8.8.8.8", "10.1.2.3"]}
    failure = refused("http://rebind.example/", EgressPolicy(resolve=resolving(names)))
    assert failure.code == "EGRESS_DENIED"
    assert "10.1.2.3" not in failure.message


def test_an_address_that_cannot_be_read_is_refused() -> None:
    names = {"odd.example": ["::ffff:::1"]}
    failure = refused("http://odd.example/", EgressPolicy(resolve=resolving(names)))
    assert failure.code == "EGRESS_DENIED"


def test_the_connection_goes_to_the_address_that_was_checked(http: HttpServer) -> None:
    url = http.reply("/", "hello")
    asked = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    response = send(
        url.replace("127.0.0.1", "service.example"), policy=open_to(http, resolve=resolve)
    )
    assert (response.status_code, response.body) == (200, b"hello")
    assert asked == ["service.example"]
    assert http.received[0].headers["host"] == f"service.example:{http.port}"


def test_the_next_address_is_tried_when_one_does_not_answer(http: HttpServer) -> None:
    http.reply("/", "hello")
    policy = EgressPolicy(
        allow=(Target.parse("127.0.0.0/8"),),
        resolve=resolving({"two.example": ["127.0.0.2", "127.0.0.1"]}),
    )
    assert send(f"http://two.example:{http.port}/", policy=policy).body == b"hello"


@pytest.mark.parametrize(
    ("allow", "url", "passes"),
    [
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}/", True),
        ("127.0.0.1", "http://127.0.0.1:{port}/", True),
        ("127.0.0.0/8", "http://127.0.0.1:{port}/", True),
        ("localhost:{port}", "http://localhost:{port}/", True),
        ("localhost:{port}", "http://127.0.0.1:{port}/", False),
        ("127.0.0.1:1", "http://127.0.0.1:{port}/", False),
        ("10.0.0.0/8", "http://127.0.0.1:{port}/", False),
        ("[::1]:{port}", "http://127.0.0.1:{port}/", False),
    ],
)
def test_the_allow_list_opens_what_it_names(
    http: HttpServer, allow: str, url: str, passes: bool
) -> None:
    http.reply("/", "hello")
    policy = EgressPolicy.from_environ({"PBDB_EGRESS_ALLOW": allow.format(port=http.port)})
    url = url.format(port=http.port)
    if passes:
        assert send(url, policy=policy).body == b"hello"
    else:
        assert refused(url, policy).code == "EGRESS_DENIED"
        assert http.received == []


def test_the_deny_list_wins(http: HttpServer) -> None:
    settings = {"PBDB_EGRESS_ALLOW": "127.0.0.0/8", "PBDB_EGRESS_DENY": f"127.0.0.1:{http.port}"}
    failure = refused(http.reply("/"), EgressPolicy.from_environ(settings))
    assert failure.code == "EGRESS_DENIED"


@pytest.mark.parametrize("value", ["a b", "1.2.3.4.5", "10.0.0.0/99", "http://x", "[::1"])
def test_a_setting_that_cannot_be_read_is_an_error(value: str) -> None:
    with pytest.raises(ValueError, match="PBDB_EGRESS"):
        EgressPolicy.from_environ({"PBDB_EGRESS_ALLOW": value})


def test_a_proxy_of_the_environment_is_ignored(
    http: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert send(http.reply("/", "direct"), policy=open_to(http)).body == b"direct"


def test_a_redirect_is_not_followed_unless_asked(http: HttpServer) -> None:
    url = http.reply("/", "", 302, location="/next")
    assert send(url, policy=open_to(http)).status_code == 302


def test_a_redirect_to_the_inside_is_refused(http: HttpServer) -> None:
    url = http.reply("/", "", 302, location="http://169.254.169.254/latest/meta-data")
    failure = refused(url, open_to(http), follow_redirects=True)
    assert failure.code == "EGRESS_DENIED"


def test_a_redirect_to_another_scheme_is_refused(http: HttpServer) -> None:
    url = http.reply("/", "", 302, location="file:///etc/passwd")
    assert refused(url, open_to(http), follow_redirects=True).code == "EGRESS_DENIED"


def test_a_redirect_elsewhere_loses_the_credentials(http: HttpServer) -> None:
    with http_server() as other:
        other.reply("/next", "hello")
        url = http.reply("/", "", 307, location=other.url + "/next")
        policy = EgressPolicy(allow=(Target.parse("127.0.0.1"),))
        headers = {"Authorization": "Bearer x", "X-Key": "y", "X-Other": "z"}
        response = send(
            url,
            policy=policy,
            headers=headers,
            sensitive_headers=frozenset({"x-key"}),
            follow_redirects=True,
        )
        assert response.body == b"hello"
        seen = other.received[0].headers
        assert ("authorization" in seen, "x-key" in seen, "x-other" in seen) == (False, False, True)
        assert http.received[0].headers["x-key"] == "y"


def test_redirects_end(http: HttpServer) -> None:
    url = http.reply("/", "", 302, location="/")
    assert refused(url, open_to(http), follow_redirects=True).code == "HTTP_ERROR"
    assert len(http.received) == 4


def test_a_see_other_after_post_becomes_get(http: HttpServer) -> None:
    http.reply("/done", "done")
    url = http.reply("/", "", 303, location="/done")
    send(url, policy=open_to(http), method="POST", content=b"x", follow_redirects=True)
    assert [(r.method, r.body) for r in http.received] == [("POST", b"x"), ("GET", b"")]


def test_compressed_bodies_are_read(http: HttpServer) -> None:
    policy = open_to(http)
    zipped = http.reply("/gzip", gzip.compress(b"hello"), content_encoding="gzip")
    deflated = http.reply("/deflate", zlib.compress(b"hello"), content_encoding="deflate")
    assert send(zipped, policy=policy).body == b"hello"
    assert send(deflated, policy=policy).body == b"hello"


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_body_over_the_limit_is_refused_while_it_comes(http: HttpServer, encoding: str) -> None:
    body = b"\0" * 50_000_000
    url = http.reply(
        "/", gzip.compress(body, 1) if encoding == "gzip" else body, content_encoding=encoding
    )
    failure = refused(url, open_to(http))
    assert (failure.code, failure.permanent) == ("HTTP_ERROR", True)
    assert "1048576 bytes" in failure.message


def test_a_body_in_an_unknown_encoding_is_refused(http: HttpServer) -> None:
    assert refused(http.reply("/", "x", content_encoding="br"), open_to(http)).code == "HTTP_ERROR"


def test_a_slow_drip_ends_at_the_timeout(http: HttpServer) -> None:
    def drip(_: Received) -> Reply:
        def chunks() -> Iterator[bytes]:
            for _ in range(100):
                time.sleep(0.05)
                yield b"x"

        return Reply(chunks())

    http.routes["/"] = drip
    assert refused(http.url + "/", open_to(http), timeout=0.3).code == "TIMEOUT"


def test_too_many_headers_are_refused(http: HttpServer) -> None:
    http.routes["/"] = lambda _: Reply("x", 200, {f"x-{n}": "y" * 2000 for n in range(40)})
    assert refused(http.url + "/", open_to(http)).code == "HTTP_ERROR"


def test_cookies_are_neither_shown_nor_kept(http: HttpServer) -> None:
    url = http.reply("/", "x", set_cookie="session=1")

    async def main() -> EgressResponse:
        async with Egress(open_to(http)) as egress:
            await egress.send(EgressRequest("GET", url), timeout_seconds=5)
            async with egress.client() as client:
                await client.get(url)
                await client.get(url)
            return await egress.send(EgressRequest("GET", url), timeout_seconds=5)

    assert "set-cookie" not in asyncio.run(main()).headers
    assert [r.headers.get("cookie") for r in http.received] == [None] * 4


def test_a_client_for_libraries_is_under_the_same_policy() -> None:
    async def main() -> None:
        async with Egress() as egress, egress.client() as client:
            await client.get("http://127.0.0.1/")

    with pytest.raises(StepFailed) as caught:
        asyncio.run(main())
    assert caught.value.code == "EGRESS_DENIED"


@contextmanager
def forgetful_server(answers: int) -> Iterator[tuple[int, list[int]]]:
    """A server that closes each connection without a word after so many answers; what each got."""
    requests: list[int] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            requests.append(0)
            with connection:
                while requests[-1] <= answers and connection.recv(65536):
                    requests[-1] += 1
                    if requests[-1] <= answers:
                        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], requests
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_a_kept_connection_that_the_server_gave_up_is_replaced(method: str) -> None:
    with forgetful_server(1) as (port, requests):
        policy = EgressPolicy(allow=(Target.parse(f"127.0.0.1:{port}"),))

        async def main() -> list[int]:
            async with Egress(policy) as egress:
                url = f"http://127.0.0.1:{port}/"
                return [
                    (await egress.send(EgressRequest(each, url), timeout_seconds=10)).status_code
                    for each in ("GET", method)
                ]

        assert asyncio.run(main()) == [200, 200]
        assert requests == [2, 1]


def test_what_may_not_be_repeated_is_not() -> None:
    with forgetful_server(1) as (port, requests):
        policy = EgressPolicy(allow=(Target.parse(f"127.0.0.1:{port}"),))

        async def main() -> None:
            async with Egress(policy) as egress:
                url = f"http://127.0.0.1:{port}/"
                await egress.send(EgressRequest("GET", url), timeout_seconds=10)
                await egress.send(EgressRequest("POST", url), timeout_seconds=10)

        with pytest.raises(StepFailed) as caught:
            asyncio.run(main())
        assert (caught.value.code, caught.value.unknown_outcome) == ("HTTP_ERROR", True)
        assert requests == [2]


def test_a_fresh_connection_that_breaks_is_an_error() -> None:
    with forgetful_server(0) as (port, requests):
        policy = EgressPolicy(allow=(Target.parse(f"127.0.0.1:{port}"),))
        assert refused(f"http://127.0.0.1:{port}/", policy).code == "HTTP_ERROR"
        assert requests == [1]


def test_nobody_listening_is_an_error_worth_retrying(http: HttpServer) -> None:
    failure = refused("http://127.0.0.1:1/", EgressPolicy(allow=(Target.parse("127.0.0.1"),)))
    assert (failure.code, failure.permanent) == ("HTTP_ERROR", False)


def test_the_certificate_is_checked_against_the_name(tmp_path: Path) -> None:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=pbdb test",
         "-addext", "subjectAltName=DNS:service.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    names = {"service.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
    with http_server((certificate, key)) as server:
        server.reply("/", "secure")
        trusting = open_to(server, ca_file=certificate, resolve=resolving(names))
        good = f"https://service.example:{server.port}/"
        assert send(good, policy=trusting).body == b"secure"
        wrong_name = refused(good.replace("service", "other"), trusting)
        unknown_issuer = refused(good, open_to(server, resolve=resolving(names)))
        assert (wrong_name.code, unknown_issuer.code) == ("HTTP_ERROR", "HTTP_ERROR")
        assert len(server.received) == 1
