"""A small HTTP service that gives documentation topics as JSON: something for API_CALL to call.

`python -m pbdb.demo.service` serves it on 127.0.0.1:8765 until it is stopped. Each topic is refused
once with 503 and Retry-After, so that a retry can be seen.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from pbdb.demo.corpus import all_topics

PORT: Final = 8765


@contextmanager
def serving(port: int = PORT) -> Iterator[str]:
    """Serve in a thread while the block lasts; yields host:port. OSError: the port is taken."""
    server = _Server(port)
    thread = threading.Thread(target=server.serve_forever, name="pbdb-demo-service", daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.topics = {topic.name: topic for topic in all_topics()}
        self.asked: set[str] = set()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        kind, _, name = self.path.strip("/").partition("/")
        topic = self.server.topics.get(name)
        if kind != "topics" or topic is None:
            self._reply(404, {"error": f"there is no topic {name!r}"})
        elif name not in self.server.asked:
            self.server.asked.add(name)
            self._reply(503, {"error": "busy, ask again"}, {"Retry-After": "0"})
        else:
            self._reply(200, {"name": topic.name, "title": topic.title, "text": topic.text})

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the demo shows the steps, not the requests."""

    def _reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serve until interrupted."""
    with serving() as address:
        print(f"serving documentation topics on http://{address}/topics/", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
