"""What every request goes through: its host, its credential, its scope, its body."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from pbdb.document.file import DocumentError, parse_document
from pbdb.server.access.origin import check_origin
from pbdb.server.access.principal import NotAuthenticated, Principal
from pbdb.server.access.session import Sessions
from pbdb.server.problems import Problem, of_database, unexpected
from pbdb.server.serving import Serving

log = logging.getLogger(__name__)

_YAML: Final = frozenset({"application/yaml", "application/x-yaml", "text/yaml"})
_MOST_BYTES: Final = 2_000_000
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
GUARDS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(endpoint: Endpoint, serving: Serving) -> Endpoint:
    """Return an endpoint that checks the host, turns errors into problems, ends with its client."""

    async def answer(request: Request) -> Response:
        given = request.headers.get("x-request-id", "")
        request_id = given if _PLAIN.fullmatch(given) else uuid.uuid4().hex
        request.state.request_id = request_id
        try:
            check_host(request, serving)
            response = await _while_connected(request, endpoint)
        except Problem as problem:
            response = problem.response(request_id, request.url.path)
        except psycopg.Error as error:
            response = of_database(error, request_id).response(request_id, request.url.path)
        except Exception:
            log.exception(f"request {request_id} failed")
            response = unexpected(request_id).response(request_id, request.url.path)
        for name, value in {**GUARDS, "X-Request-Id": request_id}.items():
            response.headers.setdefault(name, value)
        renewed = getattr(request.state, "renewed", None)
        if renewed is not None and "set-cookie" not in response.headers:
            response.headers["Set-Cookie"] = renewed
        return response

    return answer


def check_host(request: Request, serving: Serving) -> None:
    """Refuse names that are not ours: a page elsewhere may have its name lead to this machine."""
    host = request.headers.get("host", "")
    name = re.sub(r":\d+$", "", host)
    if name.lower() not in serving.hosts:
        raise Problem(
            400, "PB017", f'this server is not "{host[:100]}"', "start it with --public-url"
        )


async def _while_connected(request: Request, endpoint: Endpoint) -> Response:
    """Answer, unless the client goes away first: then its statement is cancelled."""
    # The body has to be read before anybody may wait for the end of the connection.
    request.state.body = await _body(request)
    work = asyncio.ensure_future(endpoint(request))
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await work
            raise Problem(408, "57014", "the client went away")
        return work.result()
    finally:
        gone.cancel()
        work.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MOST_BYTES:
            raise Problem(413, "PB014", f"the body has more than {_MOST_BYTES:,} bytes")
        parts.append(part)
    return b"".join(parts)


def json_body(request: Request) -> dict[str, Any]:
    """Return the body's object; nothing is an empty one. Raises Problem."""
    body: bytes = request.state.body
    if not body.strip():
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "PB017", f'the body is "{kind[:100]}", not application/json')
    try:
        value = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "PB017", f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Problem(400, "PB017", "the body is not an object")
    return value


def document_body(request: Request, keys: Iterable[str]) -> dict[str, Any]:
    """Return a body that has a document: an object, or in YAML the document itself, as written."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _YAML:
        return json_body(request)
    try:
        text = request.state.body.decode("utf-8-sig")
        document = parse_document(text, "the body").content
    except (UnicodeDecodeError, DocumentError) as error:
        raise Problem(400, "PB017", str(error)) from None
    return {"document": document, **({"source": text} if "source" in keys else {})}


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


async def authenticate(request: Request, serving: Serving) -> Principal:
    """Return who asks, by a bearer token or the console's cookie. Raises Problem 401 or 403."""
    try:
        if "authorization" not in request.headers and serving.sessions is not None:
            cookie = request.cookies.get(serving.sessions.cookie)
            if cookie:
                return _of_session(request, serving, serving.sessions, cookie)
    except NotAuthenticated as error:
        raise refused(error) from None
    return await believe(request, serving)


async def believe(request: Request, serving: Serving) -> Principal:
    """Return who asks, by a bearer token and nothing else. Raises Problem 401."""
    try:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise NotAuthenticated("there is no bearer token")
        principal = await serving.authenticator.principal(token.strip())
        return _asking(principal, request)
    except NotAuthenticated as error:
        raise refused(error) from None


def _of_session(request: Request, serving: Serving, sessions: Sessions, cookie: str) -> Principal:
    session = sessions.session(cookie)
    check_origin(request, serving.schemes)
    if session.renewed is not None:
        request.state.renewed = sessions.header(session.renewed)
    return _asking(session.principal, request)


def _asking(principal: Principal, request: Request) -> Principal:
    """Whom a credential stands for, in this request."""
    return replace(principal, request_id=getattr(request.state, "request_id", None))


def refused(error: NotAuthenticated) -> Problem:
    """A credential that is not believed; it is in no message."""
    return Problem(
        401,
        "PB001",
        str(error),
        "send Authorization: Bearer <token>",
        headers={"WWW-Authenticate": 'Bearer realm="pbdb"'},
    )


def require_scope(principal: Principal, scope: str) -> None:
    """Refuse what the credential is not for. Raises Problem 403."""
    if scope not in principal.scopes:
        had = ", ".join(sorted(principal.scopes)) or "none"
        raise Problem(403, "42501", f"this needs the scope {scope}", f"the credential has: {had}")
