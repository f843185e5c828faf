"""Puts the server together."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from pbdb.database import connect
from pbdb.server import console, rest, rpc, sessions
from pbdb.server.call import Database
from pbdb.server.catalog import Function, check_login, functions
from pbdb.server.live import stream
from pbdb.server.live.poller import FUNCTIONS, Poller
from pbdb.server.openapi import describe
from pbdb.server.problems import Problem
from pbdb.server.requests import Endpoint, authenticate, guarded
from pbdb.server.routes import ROUTES
from pbdb.server.serving import Serving

if TYPE_CHECKING:
    from pbdb.server.mcp.http import Mcp

_ALL: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(serving: Serving) -> Starlette:
    """Return the server as an ASGI application.

    Raises pbdb.server.catalog.Refused when the login may do more than serve one tenant at a time,
    or the database is of another version; psycopg.OperationalError when it cannot be reached.
    """
    with connect(serving.url, "pbdb serve") as connection:
        check_login(connection)
        known = functions(connection, {route.function for route in ROUTES} | FUNCTIONS)
    database = Database(serving.url, serving.connections, is_read_only=serving.is_read_only)
    poller = Poller(database, known)

    mcp = _mcp(database, known, poller, serving)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await database.open()
        async with AsyncExitStack() as running:
            if mcp is not None:
                await running.enter_async_context(mcp.sessions.run())
            yield
        await poller.close()
        await database.close()

    by_path: dict[str, dict[str, Endpoint]] = {}
    for route in ROUTES:
        answer = rest.endpoint(route, known[route.function], database, serving, poller)
        by_path.setdefault(rest.PREFIX + route.url, {})[route.method] = answer
    live = stream.endpoint(poller, serving)
    by_path[f"{rest.PREFIX}/executions/{{id}}/events"] = {"GET": live}
    called = rpc.endpoint(known, database, serving)
    by_path["/rpc/{function}"] = {"GET": called, "POST": called}
    by_path[f"{rest.PREFIX}/me"] = {"GET": _me(serving)}
    if serving.sessions is not None:
        begin, end = sessions.begin(serving), sessions.end(serving)
        by_path[f"{rest.PREFIX}/session"] = {"POST": begin, "DELETE": end}
        by_path["/"] = {"GET": console.page()}
        by_path["/assets/{name}"] = {"GET": console.file()}
    by_path["/openapi.json"] = {"GET": _fixed(json.dumps(describe(known)))}
    by_path["/healthz"] = {"GET": _fixed('{"status": "ok"}')}
    by_path["/readyz"] = {"GET": _ready(database)}
    table = [
        _Exact(path, guarded(_by_method(methods), serving), methods=_ALL)
        # What ends with a verb is looked at first: a name may hold a colon of its own.
        for path, methods in sorted(by_path.items(), key=lambda each: "}:" not in each[0])
    ]
    if mcp is not None:
        table.append(_Exact("/mcp", mcp))
    table.append(_Exact("/{path:path}", guarded(_nothing_there, serving), methods=_ALL))
    app = Starlette(routes=table, lifespan=lifespan)
    app.state.poller = poller
    return app


def _mcp(
    database: Database, known: dict[str, Function], poller: Poller, serving: Serving
) -> Mcp | None:
    """What answers /mcp, where pbdb[mcp] is installed."""
    if importlib.util.find_spec("mcp") is None:
        return None
    from pbdb.server.mcp.http import Mcp

    return Mcp(database, known, poller, serving)


class _Exact(Route):
    """A route that sees the path as it was sent, so that `%2F` in a name is a part of the name."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        raw = scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
        found = self.path_regex.match(raw) if scope["type"] == "http" else None
        if found is None:
            return Match.NONE, {}
        parameters = {key: _decoded(value) for key, value in found.groupdict().items()}
        return Match.FULL, {"endpoint": self.endpoint, "path_params": parameters}


def _decoded(text: str) -> str:
    """A part of a path without its percent-encoding; bytes that are no UTF-8 are kept visible."""
    data = re.sub(rb"%([0-9A-Fa-f]{2})", lambda each: bytes([int(each[1], 16)]), text.encode())
    return data.decode(errors="backslashreplace")


def _by_method(methods: dict[str, Endpoint]) -> Endpoint:
    async def answer(request: Request) -> Response:
        chosen = methods.get("GET" if request.method == "HEAD" else request.method)
        if chosen is None:
            allowed = ", ".join(sorted(methods))
            raise Problem(
                405, "PB017", f"{request.method} is not for this path", headers={"Allow": allowed}
            )
        return await chosen(request)

    return answer


def _fixed(text: str) -> Endpoint:
    async def answer(_request: Request) -> Response:
        return Response(text, media_type="application/json")

    return answer


def _ready(database: Database) -> Endpoint:
    async def answer(_request: Request) -> Response:
        if not await database.is_there():
            raise Problem(
                503, "08000", "the database does not answer", headers={"Retry-After": "2"}
            )
        return Response('{"status": "ready"}', media_type="application/json")

    return answer


def _me(serving: Serving) -> Endpoint:
    async def answer(request: Request) -> Response:
        who = await authenticate(request, serving)
        return Response(sessions.described(who), media_type="application/json")

    return answer


async def _nothing_there(request: Request) -> Response:
    raise Problem(404, "PB004", f'there is no "{request.url.path[:100]}"', "/openapi.json has all")
