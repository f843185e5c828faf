"""A real HTTP server on a local port, whose answers a test writes."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    body: bytes | str | Iterator[bytes] | Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Received], Reply]


@dataclass
class HttpServer:
    host: str
    port: int
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    routes: dict[str, Answer] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def allow(self) -> dict[str, str]:
        """The setting that lets a runner reach this server."""
        return {"PBDB_EGRESS_ALLOW": f"{self.host}:{self.port}"}

    def reply(self, path: str, body: Any = b"", status: int = 200, **headers: str) -> str:
        """Answer `path` always in the same way; returns its URL."""
        fixed = Reply(body, status, {k.replace("_", "-"): v for k, v in headers.items()})
        self.routes[path] = lambda _: fixed
        return self.url + path


@contextmanager
def http_server(certificate: tuple[str, str] | None = None) -> Iterator[HttpServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            received = Received(
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            server.received.append(received)
            route = server.routes.get(self.path.partition("?")[0])
            with suppress(ConnectionError, ssl.SSLError):
                self.send(route(received) if route else Reply(b"no such route", 404))

        def send(self, reply: Reply) -> None:
            headers = {"content-type": "text/plain", **reply.headers}
            body = reply.body
            if isinstance(body, (dict, list)):
                body, headers["content-type"] = json.dumps(body).encode(), "application/json"
            if isinstance(body, str):
                body = body.encode()
            self.send_response(reply.status)
            for name, value in headers.items():
                self.send_header(name, value)
            if isinstance(body, bytes):
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)
            else:
                self.send_header("connection", "close")
                self.end_headers()
                for chunk in body:
                    self.wfile.write(chunk)
                    self.wfile.flush()
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server = HttpServer(
        "127.0.0.1", listening.server_address[1], "https" if certificate else "http"
    )
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
