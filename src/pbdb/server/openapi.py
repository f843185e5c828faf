"""The description of the server in OpenAPI 3.1: the table of routes and the catalog's comments."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping
from typing import Any, Final

from pbdb.errors import BY_CODE
from pbdb.server.catalog import Function
from pbdb.server.rest import PREFIX
from pbdb.server.routes import ROUTES, Answer, Route

_KINDS: Final[Mapping[str, dict[str, Any]]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "timestamp with time zone": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "bigint": {"type": "integer"},
    "double precision": {"type": "number"},
    "real": {"type": "number"},
    "jsonb": {},
}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "hint": {"type": ["string", "null"]},
        "details": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"path": {}, "message": {}}},
        },
        "request_id": {"type": "string"},
    },
}
_REFUSALS: Final = sorted(
    {400, 401, 403, 404, 405, 408, 413, 415, 429, 500, 503, 504}
    | {each.status for each in BY_CODE.values()}
)


def describe(functions: Mapping[str, Function]) -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(PREFIX + route.url, {})[route.method.lower()] = _operation(
            route, functions[route.function]
        )
    paths |= _others()
    return {
        "openapi": "3.1.0",
        "info": {"title": "pbdb", "version": importlib.metadata.version("pbdb")},
        "paths": paths,
        "security": [{"bearer": []}],
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM},
        },
    }


def _others() -> dict[str, dict[str, Any]]:
    """What is no route of the table: a stream, and who asks."""
    after = _parameter("query", "after", "text")
    resumed = _parameter("header", "Last-Event-ID", "text")
    events = {
        "operationId": "get_executions_id_events",
        "summary": "Live progress as server-sent events",
        "description": "Events snapshot, change and end; each id is a cursor to go on from.\n\n"
        "Scope: `read`.",
        "parameters": [_parameter("path", "id", "uuid"), after, resumed],
        "responses": {"200": _done("text/event-stream", {"type": "string"}), **_refused()},
    }
    me = {
        "operationId": "get_me",
        "summary": "Who asks, for which organization, with which scopes",
        "responses": {"200": _done("application/json", {"type": "object"}), **_refused()},
    }
    return {f"{PREFIX}/executions/{{id}}/events": {"get": events}, f"{PREFIX}/me": {"get": me}}


def _operation(route: Route, function: Function) -> dict[str, Any]:
    types = function.arguments
    parameters = [
        _parameter("path", key, types.get(route.path.get(key, ""), _path_kind(key)))
        for key in re.findall(r"{(\w+)}", route.url)
    ]
    parameters += [_parameter("query", key, types[name]) for key, name in route.query.items()]
    parameters += [_parameter("header", key, types[name]) for key, name in route.headers.items()]
    if route.page:
        parameters.append(_parameter("query", "after", types[route.page[0]]))
        parameters.append(_parameter("query", "limit", "integer"))
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{re.sub('[^a-z]+', '_', route.url).strip('_')}",
        "summary": f"pbdb.{route.function}()",
        "description": f"{function.comment}\n\nScope: `{route.scope}`.",
        "parameters": parameters,
        "responses": _responses(route),
    }
    if route.body:
        operation["requestBody"] = _body(route, function)
    return operation


def _path_kind(key: str) -> str:
    return "integer" if key == "version" else "text"


def _parameter(place: str, key: str, kind: str) -> dict[str, Any]:
    return {"in": place, "name": key, "required": place == "path", "schema": _schema(kind)}


def _schema(kind: str) -> dict[str, Any]:
    if kind.endswith("[]"):
        return {"type": "array", "items": _schema(kind[:-2])}
    return _KINDS.get(kind, {"type": "string"})


def _body(route: Route, function: Function) -> dict[str, Any]:
    required = function.names[: function.required]
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {k: _schema(function.arguments[name]) for k, name in route.body.items()},
        "required": [key for key, name in route.body.items() if name in required],
    }
    content = {"application/json": {"schema": schema}}
    if "document" in route.body:
        content["application/yaml"] = {"schema": {"type": "object"}}
    return {"required": bool(schema["required"]), "content": content}


def _refused() -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(each): {"description": "refused", "content": problem} for each in _REFUSALS}


def _done(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "done", "content": {kind: {"schema": schema}}}


def _responses(route: Route) -> dict[str, Any]:
    if route.answer is Answer.NOTHING:
        return {"204": {"description": "done"}, **_refused()}
    schemas: dict[Answer, dict[str, Any]] = {
        Answer.ITEMS: {
            "type": "object",
            "required": ["items", "next", "applied"],
            "properties": {"items": {"type": "array"}, "next": {"type": ["string", "null"]}},
        },
        Answer.ROW: {"type": "object"},
        Answer.VALUE: {"type": "object", "required": [route.key]},
    }
    done = _done("application/json", schemas[route.answer])
    found = {str(route.status): done, **_refused()}
    if route.location:
        # What `Prefer` makes of a start: the end was waited for, or is not.
        found |= {"200": done, "202": done}
    return found
