"""The console's files, as the build has left them, under a policy that lets nothing else in."""

from __future__ import annotations

import gzip
import mimetypes
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from pbdb.server.problems import Problem
from pbdb.server.requests import Endpoint

STATIC: Final = Path(__file__).parents[1] / "web" / "static"

# Names of files under assets/ hold a hash of their content.
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_NONCE: Final = "__NONCE__"
_NOT_BUILT: Final = """pbdb serves its API here; the console was not built into this installation.
In a checkout `make console` builds it; wheels have it unless PBDB_NO_CONSOLE was set.
"""


def policy(nonce: str) -> str:
    """The Content-Security-Policy of the page: its own files, and styles that know the nonce."""
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        "connect-src 'self'; img-src 'self' data:; font-src 'self'; worker-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def page(static: Path = STATIC) -> Endpoint:
    """Return what answers `/`: the page with a nonce of its own, or why there is none."""

    async def answer(_request: Request) -> Response:
        index = static / "index.html"
        if not index.is_file():
            return Response(_NOT_BUILT, media_type="text/plain")
        nonce = secrets.token_urlsafe(16)
        text = index.read_text(encoding="utf-8").replace(_NONCE, nonce)
        headers = {"Content-Security-Policy": policy(nonce)}
        return Response(text, media_type="text/html", headers=headers)

    return answer


def file(static: Path = STATIC) -> Endpoint:
    """Return what answers `/assets/{name}`: one of the built files, packed for who takes that."""

    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        # Compared with what is there, so that no name leads out of the folder.
        if name not in _names(static):
            raise Problem(404, "PB004", f'there is no file "{name[:100]}"')
        content, packed = _content(static / "assets" / name)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": _FOR_GOOD, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            content = packed
        return Response(content, media_type=kind, headers=headers)

    return answer


def _names(static: Path) -> frozenset[str]:
    folder = static / "assets"
    return frozenset(each.name for each in folder.iterdir()) if folder.is_dir() else frozenset()


@lru_cache(maxsize=256)
def _content(path: Path) -> tuple[bytes, bytes]:
    content = path.read_bytes()
    return content, gzip.compress(content, mtime=0)
