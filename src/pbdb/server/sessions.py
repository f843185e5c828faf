"""POST /v1/session signs a browser in, DELETE signs it out."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response

from pbdb.server.access.origin import check_origin
from pbdb.server.access.principal import NotAuthenticated, Principal
from pbdb.server.arguments import unknown_keys
from pbdb.server.problems import Problem, argument
from pbdb.server.requests import Endpoint, json_body, refused
from pbdb.server.serving import Serving


def begin(serving: Serving) -> Endpoint:
    """Return what makes a session of a one-time code or a bearer token."""

    async def answer(request: Request) -> Response:
        check_origin(request, serving.schemes)
        body = json_body(request)
        unknown_keys(body, ("code", "token"), "the key")
        key, value = next(iter(body.items()), ("code or token", None))
        if not isinstance(value, str) or len(body) != 1:
            raise argument(key, "a text, and the only one", value)
        try:
            principal = await _principal(serving, key, value)
        except NotAuthenticated as error:
            raise refused(error) from None
        assert serving.sessions is not None
        token = serving.sessions.begin(principal)
        response = Response(described(principal), media_type="application/json")
        response.headers["Set-Cookie"] = serving.sessions.header(token)
        return response

    return answer


def end(serving: Serving) -> Endpoint:
    """Return what takes the cookie away."""

    async def answer(request: Request) -> Response:
        check_origin(request, serving.schemes)
        assert serving.sessions is not None
        # Not one that is renewed by the way: the last word is that it ends.
        return Response(
            status_code=204, headers={"Set-Cookie": serving.sessions.header("", seconds=0)}
        )

    return answer


async def _principal(serving: Serving, key: str, value: str) -> Principal:
    if key == "token":
        return await serving.authenticator.principal(value)
    if serving.link is None:
        raise Problem(401, "PB001", "this server makes no one-time links", "sign in with a token")
    return serving.link.use(value)


def described(principal: Principal) -> str:
    """Who it is, as GET /v1/me says it."""
    return json.dumps(
        {
            "actor": principal.actor,
            "organization_id": str(principal.organization_id),
            "scopes": sorted(principal.scopes),
        }
    )
