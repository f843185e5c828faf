"""`python -m pbdb.dev.rest FILE`: docs/rest.md, from the table of routes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pbdb.server.routes import ROUTES, Answer, Route

_HEAD = """\
# The routes of `pbdb serve`

Written by `make schema` from the table that the server is made of. [server.md](server.md) says
how to use them, [sql.md](sql.md) what each function does. Every path is under `/v1`.
Beside them: `GET /executions/{id}/events`,
[live progress](server.md#live), and `GET /me`: who asks.

| route | function | scope | query, body | answer |
|---|---|---|---|---|
"""
_ANSWERS = {
    Answer.ITEMS: "a list",
    Answer.ROW: "an object",
    Answer.VALUE: "`{{{}}}`",
    Answer.NOTHING: "204",
}


def page() -> str:
    """Return the page."""
    return _HEAD + "".join(f"| {' | '.join(_cells(each))} |\n" for each in ROUTES)


def _cells(route: Route) -> Iterator[str]:
    yield f"{route.method} `{route.url}`"
    yield f"[`{route.function}`](sql.md#{route.function})"
    yield route.scope
    keys = [*route.query, *(("after", "limit") if route.page else ()), *route.body]
    yield ", ".join([f"`{key}`" for key in keys] + [f"header `{key}`" for key in route.headers])
    status = f"{route.status}, " if route.status != 200 else ""
    yield status + _ANSWERS[route.answer].format(route.key)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
