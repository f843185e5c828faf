"""/mcp: streamable HTTP, behind the same host check and tokens as every route."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from pbdb.server.call import Database
from pbdb.server.catalog import Function
from pbdb.server.live.poller import Poller
from pbdb.server.mcp.desk import Caller, Context, Desk, States
from pbdb.server.mcp.server import create
from pbdb.server.problems import Problem
from pbdb.server.requests import GUARDS, believe, check_host
from pbdb.server.serving import Serving

_PRINCIPAL: Final = "pbdb.principal"
_MOST_BYTES: Final = 2_000_000


class Mcp:
    """The ASGI application at /mcp; `sessions.run()` has to be entered while it serves.

    Nothing is kept between requests: more processes can serve one client.
    """

    def __init__(
        self,
        database: Database,
        functions: Mapping[str, Function],
        poller: Poller,
        serving: Serving,
    ) -> None:
        self._serving = serving
        desk = Desk(database, functions, poller, _caller, States(serving.secret))
        self.sessions = StreamableHTTPSessionManager(
            create(desk), stateless=True, max_request_body_size=_MOST_BYTES
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Believe the token, then let the protocol have its way."""
        request = Request(scope, receive)
        try:
            check_host(request, self._serving)
            principal = await believe(request, self._serving)
        except Problem as problem:
            response = problem.response(uuid.uuid4().hex, request.url.path)
            await response(scope, receive, _guarding(send))
            return
        if self._serving.is_read_only:
            principal = replace(principal, scopes=principal.scopes & {"read"})
        scope[_PRINCIPAL] = principal
        await self.sessions.handle_request(scope, receive, _guarding(send))


def _caller(context: Context) -> Caller:
    request = context.request
    assert request is not None
    return Caller(request.scope[_PRINCIPAL], request.query_params.get("agent"))


def _guarding(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in GUARDS.items():
                headers.setdefault(name, value)
        await send(message)

    return guarded
