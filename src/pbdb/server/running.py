"""The process: listens until it is told to stop, and lets streams end before connections do."""

from __future__ import annotations

import socket
from typing import Final

import uvicorn
from starlette.applications import Starlette

_GRACE_SECONDS: Final = 5


def run(app: Starlette, listening: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; requests that are under way have five seconds to end."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    _Server(config).run(sockets=[listening])


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams would be waited for until they are cut: their clients come back elsewhere."""
        app = self.config.app
        if isinstance(app, Starlette):
            app.state.poller.end_streams()
        await super().shutdown(sockets)
