"""Whether a request that a browser sends with our cookie comes from a page of ours."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from pbdb.server.problems import Problem

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(request: Request, schemes: frozenset[str]) -> None:
    """Refuse what another page has a browser send: the cookie alone proves nothing. Raises 403.

    `Sec-Fetch-Site` cannot be written by a page; older browsers send `Origin` with such requests.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    host = request.headers.get("host", "")
    ours = {f"{scheme}://{host}" for scheme in schemes}
    origin = request.headers.get("origin")
    is_ours = origin in ours if site is None else site == "same-origin"
    if not is_ours or (origin is not None and origin not in ours):
        raise Problem(
            403, "42501", "a session changes things from its own page only", "send a bearer token"
        )
