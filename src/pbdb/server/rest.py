"""A route of the table as an endpoint."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from pbdb.server.access.principal import Principal
from pbdb.server.arguments import from_path, from_query, unknown_keys
from pbdb.server.call import Database, Version
from pbdb.server.catalog import Function
from pbdb.server.live.poller import Poller
from pbdb.server.problems import Problem, argument
from pbdb.server.requests import (
    Endpoint,
    authenticate,
    document_body,
    json_body,
    require_scope,
)
from pbdb.server.routes import Answer, Route
from pbdb.server.serving import Serving

PREFIX: Final = "/v1"
_PAGE: Final = 50
_MOST_SECONDS: Final = 60


def endpoint(
    route: Route, function: Function, database: Database, serving: Serving, poller: Poller
) -> Endpoint:
    """Return what answers a route."""

    async def answer(request: Request) -> Response:
        principal = await authenticate(request, serving)
        require_scope(principal, route.scope)
        if serving.is_read_only and route.scope != "read" and route.method != "GET":
            raise Problem(405, "25006", "this server only reads", headers={"Allow": "GET"})
        arguments, applied = _arguments(route, function, request)
        if route.answer is Answer.ITEMS:
            return await _items(route, function, database, principal, arguments, applied, request)
        if route.answer is Answer.ROW:
            return await _row(route, function, database, principal, arguments)
        response = await _value(route, function, database, principal, arguments)
        if route.location:
            await _preferred(request, response, poller, principal)
        return response

    return answer


async def _preferred(
    request: Request, response: Response, poller: Poller, principal: Principal
) -> None:
    """What `Prefer` of RFC 7240 asks of a start: not to wait, or to wait for the end."""
    preferred = request.headers.get("prefer", "")
    waits = re.search(r"(?:^|[,;]\s*)wait=(\d{1,4})", preferred)
    if waits:
        started = UUID(response.headers["Location"].rpartition("/")[2])
        await poller.until_ended(principal, started, min(int(waits[1]), _MOST_SECONDS))
        response.status_code = 200
    elif "respond-async" in preferred:
        response.status_code = 202


def _arguments(
    route: Route, function: Function, request: Request
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The function's arguments, and what of the query they were made of, defaults included."""
    types = function.arguments
    paging = {"after", "limit"} if route.page else set()
    unknown_keys(request.query_params, {*route.query, *paging}, "the query key")
    arguments = from_path(request.path_params, route.path, types)
    asked = from_query(request.query_params, route.query, types)
    arguments |= asked
    applied = {key: asked[name] for key, name in route.query.items() if name in asked}
    if route.page:
        page = from_query(request.query_params, {"after": route.page[0], "limit": "p_limit"}, types)
        arguments |= {"p_limit": _PAGE, **page}
        applied["limit"] = arguments["p_limit"]
    if request.method in ("POST", "PUT"):
        body = (
            document_body(request, route.body) if "document" in route.body else json_body(request)
        )
        unknown_keys(body, route.body, "the key")
        arguments |= {route.body[key]: value for key, value in body.items()}
        _check_name(route, request, body)
    for header, name in route.headers.items():
        if header in request.headers:
            arguments[name] = request.headers[header].strip('"')
    if route.version:
        arguments[route.version] = _version(request)
    _check_missing(function, arguments, {**route.path, **route.query, **route.body})
    return arguments, applied


def _check_name(route: Route, request: Request, body: dict[str, Any]) -> None:
    """What a path names and a document of another name would be kept under that one."""
    document = body.get(route.names or "")
    if isinstance(document, dict) and "name" in document:
        named, wanted = document["name"], request.path_params["name"]
        if named != wanted:
            raise argument(f"{route.names}.name", f'"{wanted}" as in the path', named)


def _version(request: Request) -> Version:
    text = request.path_params["version"]
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argument("version", "a number", text)
    return Version(request.path_params["name"], int(text))


def _check_missing(function: Function, arguments: dict[str, Any], keys: dict[str, str]) -> None:
    for name in function.names[: function.required]:
        if name not in arguments:
            key = next((key for key, known in keys.items() if known == name), name)
            raise Problem(400, "PB017", f"{key} is missing")


async def _items(
    route: Route,
    function: Function,
    database: Database,
    principal: Principal,
    arguments: dict[str, Any],
    applied: dict[str, Any],
    request: Request,
) -> Response:
    last = route.page[1] if route.page else None
    found = await database.rows(
        principal, function, arguments, last=last, only_reads=route.method == "GET"
    )
    limit = arguments.get("p_limit")
    after = found.last if limit is not None and found.number >= limit else None
    text = (
        f'{{"items": {found.json}, "next": {json.dumps(after)}, "applied": {json.dumps(applied)}}}'
    )
    response = _json(text)
    if after is not None:
        kept = [each for each in request.query_params.multi_items() if each[0] != "after"]
        query = urlencode([*kept, ("after", after)])
        response.headers["Link"] = f'<{quote(request.url.path)}?{query}>; rel="next"'
    return response


async def _row(
    route: Route,
    function: Function,
    database: Database,
    principal: Principal,
    arguments: dict[str, Any],
) -> Response:
    found = await database.rows(principal, function, arguments, only_reads=route.method == "GET")
    if not found.number:
        raise Problem(404, "PB004", "there is no such thing in this organization")
    # One row: an array of one is the row between brackets.
    response = _json(found.json.strip()[1:-1], route.status)
    if route.function in ("get_draft", "save_draft"):
        response.headers["ETag"] = json.dumps(json.loads(found.json)[0]["hash"])
    return response


async def _value(
    route: Route,
    function: Function,
    database: Database,
    principal: Principal,
    arguments: dict[str, Any],
) -> Response:
    value = await database.value(principal, function, arguments, only_reads=route.method == "GET")
    if route.answer is Answer.NOTHING:
        return Response(status_code=204)
    response = _json(f"{{{json.dumps(route.key)}: {value}}}", route.status)
    if route.location:
        response.headers["Location"] = PREFIX + route.location.format(json.loads(value))
    return response


def _json(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="application/json")
