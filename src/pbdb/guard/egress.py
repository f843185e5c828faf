"""HTTP to the outside, and only to the outside: the transport of API_CALL and of agents.

A URL in a step may come from a tenant or from a model. So a name is resolved once, every address
it has is checked as bytes, and the connection goes to the checked address (the name stays in Host
and SNI); a second look-up between check and connect cannot change the answer. Redirects are off,
or followed with the whole check again. Proxies and credentials of the environment are ignored,
cookies are not kept, sizes count after decompression. Put a network policy or an egress proxy
around the runner as well: this is the inner fence.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self

import httpcore2
import httpx2

from pbdb.guard.inflate import ENCODINGS, BodyBroken, BodyTooLarge, inflate
from pbdb.model import StepFailed
from pbdb.settings import SettingInvalid, whole_number

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

MAX_URL = 2048
MAX_HEADERS = 64 * 1024
MAX_REDIRECTS = 3
CONNECT_SECONDS = 5.0
DEFAULT_PORTS = frozenset({80, 443, 8443})

_BLOCKED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # unspecified, loopback, IPv4-compatible
        "64:ff9b:1::/48",  # local NAT64
        "100::/64",
        "2001::/23",  # Teredo among others
        "2001:db8::/32",
        "2002::/16",  # 6to4: any IPv4 address inside
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_EMBEDS_IPV4 = (ipaddress.ip_network("::ffff:0:0/96"), ipaddress.ip_network("64:ff9b::/96"))
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\s\\]")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# RFC 9110, 9.2.2: what may be sent again by itself when its connection broke.
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
# Errors before anything was sent.
_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of an allow or deny list: a network or a name, on one port or on all."""

    network: Network | None
    host: str | None
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """`10.0.0.0/8`, `127.0.0.1:8080`, `[::1]:8080`, `crm.internal` or `crm.internal:8080`."""
        host, port = text.strip(), None
        match = re.fullmatch(r"\[(.+)\](?::(\d+))?|([^:]+):(\d+)", host)
        if match is not None:
            host = match[1] or match[3]
            digits = match[2] or match[4]
            port = int(digits) if digits else None
        try:
            return cls(ipaddress.ip_network(host, strict=False), None, port)
        except ValueError:
            pass
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", host) or re.fullmatch(r"[\d./:]+", host):
            raise ValueError(f"{text!r} is no address, network or host name, with or without :port")
        return cls(None, host.lower().rstrip("."), port)

    def covers(self, host: str, address: Address | None, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.host is not None:
            return self.host == host.lower().rstrip(".")
        return address is not None and self.network is not None and address in self.network


@dataclass(frozen=True)
class EgressPolicy:
    """Where requests may go. `allow` makes exceptions, `deny` (hosts or networks) wins over it."""

    allow: tuple[Target, ...] = ()
    deny: tuple[Target, ...] = ()
    ports: frozenset[int] = DEFAULT_PORTS
    max_bytes: int = 1024 * 1024
    ca_file: str | None = None
    resolve: Resolve | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The settings PBDB_EGRESS_ALLOW, _DENY, _PORTS, _MAX_BYTES and _CA_FILE.

        Raises SettingInvalid.
        """
        try:
            ports = [int(port) for port in _items(environ.get("PBDB_EGRESS_PORTS", ""))]
            return cls(
                allow=tuple(map(Target.parse, _items(environ.get("PBDB_EGRESS_ALLOW", "")))),
                deny=tuple(map(Target.parse, _items(environ.get("PBDB_EGRESS_DENY", "")))),
                ports=frozenset(ports) or DEFAULT_PORTS,
                max_bytes=whole_number(environ, "PBDB_EGRESS_MAX_BYTES", 1024 * 1024, least=1),
                ca_file=environ.get("PBDB_EGRESS_CA_FILE") or None,
            )
        except ValueError as error:
            raise SettingInvalid(f"PBDB_EGRESS_*: {error}") from error

    @cached_property
    def own_addresses(self) -> frozenset[Address]:
        """Addresses of this machine, as far as its own name tells them."""
        with suppress(OSError):
            found = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
            return frozenset(_parse_address(str(item[4][0])) for item in found)
        return frozenset()

    def check_url(self, url: str) -> httpx2.URL:
        """The parsed URL; raises StepFailed EGRESS_DENIED, permanent, for one that is no good."""
        if len(url) > MAX_URL:
            raise _denied(f"the URL is longer than {MAX_URL} characters")
        if _UNPRINTABLE.search(url):
            raise _denied("the URL holds a space, a backslash or a control character")
        try:
            parsed = httpx2.URL(url)
            host, port = parsed.host, parsed.port
        except (httpx2.InvalidURL, ValueError, UnicodeError):
            raise _denied("the URL cannot be read") from None
        if parsed.scheme not in ("http", "https"):
            raise _denied(f"only http and https are allowed, not {parsed.scheme or 'no scheme'!r}")
        if parsed.userinfo:
            raise _denied("the URL holds a user name or password; use auth with a secret")
        if not host:
            raise _denied("the URL has no host")
        port = port or (443 if parsed.scheme == "https" else 80)
        if port not in self.ports and not any(
            entry.port == port or (entry.port is None) for entry in self.allow
        ):
            raise _denied(f"port {port} is not among the allowed ones")
        return parsed

    async def addresses(self, host: str, port: int) -> list[Address]:
        """The checked addresses of `host`, to connect to; one forbidden address refuses all."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                found = await (self.resolve or _resolve)(host, port)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise StepFailed("HTTP_ERROR", f"the host {host!r} cannot be resolved") from error
        try:
            addresses = list(dict.fromkeys(_parse_address(text) for text in found))
        except ValueError:
            raise _denied(f"the host {host!r} has an address that cannot be read") from None
        if not addresses:
            raise StepFailed("HTTP_ERROR", f"the host {host!r} has no address")
        for address in addresses:
            if any(entry.covers(host, address, port) for entry in self.deny):
                raise _denied(f"the host {host!r} is on the deny list")
            if any(entry.covers(host, address, port) for entry in self.allow):
                continue
            if port not in self.ports:
                raise _denied(f"port {port} of {host!r} is not among the allowed ones")
            if not is_public(address) or address in self.own_addresses:
                raise _denied(f"the host {host!r} is inside a private or reserved network")
        return addresses


@dataclass(frozen=True, slots=True)
class EgressResponse:
    """A whole response; header names in lower case, without cookies."""

    status_code: int
    headers: dict[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class EgressRequest:
    """One request. `sensitive_headers` are dropped when a redirect leaves the host."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    sensitive_headers: frozenset[str] = frozenset({"authorization", "cookie"})
    follow_redirects: bool = False


class Egress:
    """Sends checked requests. Use as an async context manager; safe for concurrent requests."""

    def __init__(self, policy: EgressPolicy | None = None) -> None:
        self.policy = policy or EgressPolicy()
        self._transport: CheckedTransport | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close idle connections."""
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    def client(self, *, trusted_url: str | None = None) -> httpx2.AsyncClient:
        """A client for libraries that bring their own requests, under the same policy.

        `trusted_url` is an operator's own service, which may be inside the network.
        """
        policy = self.policy
        if trusted_url is not None:
            parsed = httpx2.URL(trusted_url)
            port = parsed.port or (443 if parsed.scheme == "https" else 80)
            trusted = Target(network=None, host=parsed.host.lower().rstrip("."), port=port)
            policy = replace(policy, allow=(*policy.allow, trusted))
        return httpx2.AsyncClient(
            transport=CheckedTransport(policy),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        )

    async def send(self, request: EgressRequest, *, timeout_seconds: float) -> EgressResponse:
        """Send a request and read its response whole, in the given time.

        Raises StepFailed: EGRESS_DENIED (permanent) when the policy forbids the target,
        HTTP_ERROR when no response came or it is too large, TIMEOUT. What became of the request is
        unknown then, unless no connection was made.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._follow(request)
        except TimeoutError:
            raise StepFailed(
                "TIMEOUT",
                f"{_shown(request.url)} did not answer in {timeout_seconds:g} s",
                unknown_outcome=True,
            ) from None
        except httpx2.HTTPError as error:
            raise StepFailed(
                "HTTP_ERROR",
                f"{_shown(request.url)}: {type(error).__name__} {error}".strip(),
                unknown_outcome=not isinstance(error, _NOT_SENT),
            ) from error
        except (httpcore2.ProtocolError, ValueError) as error:
            raise StepFailed(
                "HTTP_ERROR", f"{_shown(request.url)}: {error}", unknown_outcome=True
            ) from error

    async def _follow(self, request: EgressRequest) -> EgressResponse:
        method, url, content = request.method, request.url, request.content
        headers = {**request.headers}
        for _ in range(MAX_REDIRECTS + 1):
            target = self.policy.check_url(url)
            response = await self._once(method, target, headers, content)
            location = response.headers.get("location")
            if not (request.follow_redirects and response.status_code in _REDIRECTS and location):
                return response
            following = self.policy.check_url(str(target.join(location)))
            if target.scheme == "https" and following.scheme == "http":
                raise _denied("a redirect from https to http is not followed")
            if _origin(following) != _origin(target):
                dropped = {"authorization", "cookie", *request.sensitive_headers}
                headers = {k: v for k, v in headers.items() if k.lower() not in dropped}
            if response.status_code == 303 or (
                response.status_code in (301, 302) and method == "POST"
            ):
                method, content = "GET", b""
                headers = {k: v for k, v in headers.items() if k.lower() != "content-type"}
            url = str(following)
        raise StepFailed(
            "HTTP_ERROR", f"{_shown(request.url)} redirects more than {MAX_REDIRECTS} times"
        )

    async def _once(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes
    ) -> EgressResponse:
        if self._transport is None:
            self._transport = CheckedTransport(self.policy)
        response = await self._answer(self._transport, method, url, headers, content)
        try:
            if sum(len(k) + len(v) for k, v in response.headers.raw) > MAX_HEADERS:
                raise _unreadable(f"{_shown(str(url))} sent too many headers")
            body = await self._read(response, str(url))
        finally:
            await response.aclose()
        return EgressResponse(
            status_code=response.status_code,
            headers={
                name: value
                for name, value in response.headers.items()
                if name not in ("set-cookie", "set-cookie2")
            },
            body=body,
            url=str(url),
        )

    @staticmethod
    async def _answer(
        transport: CheckedTransport,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str],
        content: bytes,
    ) -> httpx2.Response:
        """The response's head. A kept connection that the server has closed is no answer."""
        is_fresh = False

        async def trace(event: str, _: object) -> None:
            nonlocal is_fresh
            is_fresh = is_fresh or event == "connection.connect_tcp.started"

        kept = {k: v for k, v in headers.items() if k.lower() != "accept-encoding"}
        while True:
            wanted = httpx2.Request(
                method,
                url,
                headers={"user-agent": "pbdb", "accept": "*/*", **kept, "accept-encoding": "gzip"},
                content=content or None,
                extensions={
                    "timeout": {"connect": CONNECT_SECONDS, "pool": 30.0},
                    "trace": trace,
                },
            )
            try:
                return await transport.handle_async_request(wanted)
            except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
                if is_fresh or method not in _REPEATABLE:
                    raise

    async def _read(self, response: httpx2.Response, url: str) -> bytes:
        """The decompressed body; never holds more than twice the limit and one chunk."""
        most = self.policy.max_bytes
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ENCODINGS:
            raise _unreadable(f"{_shown(url)} answered with encoding {encoding!r}")
        body = bytearray()
        count = 0
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > most:
                raise _unreadable(
                    f"{_shown(url)} answered with more than {most} bytes", permanent=True
                )
            # Chunks that have come already are read without a turn of the event loop.
            count += 1
            if count % 64 == 0:
                await asyncio.sleep(0)
        try:
            if encoding in ("", "identity"):
                return bytes(body)
            return await asyncio.to_thread(inflate, bytes(body), encoding, most)
        except BodyTooLarge as error:
            raise _unreadable(f"{_shown(url)} answered with {error}", permanent=True) from None
        except BodyBroken as error:
            raise _unreadable(f"{_shown(url)} sent {error}") from None


def _unreadable(why: str, *, permanent: bool = False) -> StepFailed:
    """An answer came and cannot be used: what was asked for may have been done."""
    return StepFailed("HTTP_ERROR", why, permanent, unknown_outcome=True)


class CheckedTransport(httpx2.AsyncHTTPTransport):
    """An httpx transport that connects to checked addresses only."""

    def __init__(self, policy: EgressPolicy) -> None:
        context = _ssl_context(policy.ca_file)
        super().__init__(verify=context, trust_env=False, retries=0)
        self._policy = policy
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=200,
            max_keepalive_connections=20,
            keepalive_expiry=10.0,
            network_backend=_PinnedBackend(policy),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._policy.check_url(str(request.url))
        return await super().handle_async_request(request)


class _PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves, checks and connects in one place, so that nothing is looked up twice."""

    def __init__(self, policy: EgressPolicy) -> None:
        self._policy = policy
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._policy.addresses(host, port)
        for address in addresses[:-1]:
            with suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
                return await self._connect(str(address), port, timeout)
        try:
            return await self._connect(str(addresses[-1]), port, timeout)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            # The original text may hold the address, which is nobody's business.
            raise type(error)("the connection was refused or timed out") from None

    async def _connect(
        self, address: str, port: int, timeout: float | None
    ) -> httpcore2.AsyncNetworkStream:
        return await self._backend.connect_tcp(
            address, port, timeout=min(timeout or CONNECT_SECONDS, CONNECT_SECONDS)
        )

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        raise _denied("sockets are not reachable over HTTP")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@cache
def _ssl_context(ca_file: str | None) -> ssl.SSLContext:
    """The system's certificates, or those of a file; kept, since reading them takes 50 ms."""
    if ca_file is not None:
        return ssl.create_default_context(cafile=ca_file)
    return httpx2.create_ssl_context(trust_env=False)


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet; embedded IPv4 addresses count as themselves."""
    if isinstance(address, ipaddress.IPv6Address) and any(address in n for n in _EMBEDS_IPV4):
        address = ipaddress.IPv4Address(address.packed[-4:])
    if any(address in network for network in _BLOCKED):
        return False
    return address.is_global and not address.is_multicast


async def _resolve(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(item[4][0]) for item in found]


def _parse_address(text: str) -> Address:
    return ipaddress.ip_address(text.partition("%")[0])


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _shown(url: str) -> str:
    """The URL without its query, which often holds keys."""
    return url.partition("?")[0][:200]


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _denied(why: str) -> StepFailed:
    return StepFailed(
        "EGRESS_DENIED",
        f"{why}; an operator allows targets with PBDB_EGRESS_ALLOW",
        permanent=True,
    )
