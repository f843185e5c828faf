"""/rpc/<function>, the way PostgREST has it, for the functions that have a route, in its scope."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pbdb.server.arguments import from_query, unknown_keys
from pbdb.server.call import Database
from pbdb.server.catalog import Function
from pbdb.server.problems import Problem
from pbdb.server.requests import Endpoint, authenticate, json_body, require_scope
from pbdb.server.routes import ROUTES
from pbdb.server.serving import Serving

_ONE = "application/vnd.pgrst.object+json"
# Who acts is who sent the request: nobody signs for somebody else.
_SIGNED = frozenset({"p_answered_by", "p_triggered_by"})


def endpoint(functions: dict[str, Function], database: Database, serving: Serving) -> Endpoint:
    """Return what answers /rpc/{function}."""
    # A function with several routes is behind the scope of the first; they have the same.
    scopes = {route.function: route.scope for route in reversed(ROUTES)}

    async def answer(request: Request) -> Response:
        principal = await authenticate(request, serving)
        name = request.path_params["function"]
        function = functions.get(name)
        # What the server calls for itself, for its streams, has no route and so no scope.
        if function is None or name not in scopes:
            raise Problem(404, "PGRST202", f'there is no function "{name[:100]}" here')
        require_scope(principal, scopes[name])
        if serving.is_read_only and scopes[name] != "read" and not function.only_reads:
            raise Problem(405, "25006", "this server only reads", headers={"Allow": "GET"})
        if request.method == "GET" and not function.only_reads:
            raise Problem(
                405, "25006", f"{name} changes something", "use POST", headers={"Allow": "POST"}
            )
        arguments = _arguments(request, function)
        only_reads = request.method == "GET"
        if function.returns_rows:
            rows = await database.rows(principal, function, arguments, only_reads=only_reads)
            return _rows_answer(request, rows.json, rows.number)
        value = await database.value(principal, function, arguments, only_reads=only_reads)
        if function.returns_nothing:
            return Response(status_code=204)
        return Response(value, media_type="application/json")

    return answer


def _arguments(request: Request, function: Function) -> dict[str, Any]:
    types = {key: kind for key, kind in function.arguments.items() if key not in _SIGNED}
    if request.method == "GET":
        unknown_keys(request.query_params, types, "the argument")
        arguments = from_query(request.query_params, {each: each for each in types}, types)
    else:
        arguments = json_body(request)
        unknown_keys(arguments, types, "the argument")
    for name in function.names[: function.required]:
        if name not in arguments:
            raise Problem(404, "PGRST202", f"{function.name} needs the argument {name}")
    return arguments


def _rows_answer(request: Request, text: str, count: int) -> Response:
    """Rows as an array; one row as an object for who asks for it."""
    if _ONE not in request.headers.get("accept", ""):
        return Response(text, media_type="application/json")
    if count != 1:
        raise Problem(406, "PGRST116", f"there are {count} rows, not one")
    return Response(text.strip()[1:-1], media_type=_ONE)
