"""An execution as server-sent events: a snapshot, then what changes, then the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final
from uuid import UUID

import psycopg
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pbdb.server.access.principal import Principal
from pbdb.server.arguments import unknown_keys
from pbdb.server.live.poller import ENDED, Look, Poller
from pbdb.server.problems import Problem, argument
from pbdb.server.requests import Endpoint, authenticate, require_scope
from pbdb.server.serving import Serving

_BEAT_SECONDS: Final = 15.0
# nginx would else hold events back until its buffer is full.
_HEADERS: Final = {"X-Accel-Buffering": "no"}


def endpoint(poller: Poller, serving: Serving) -> Endpoint:
    """Return what answers GET /executions/{id}/events."""

    async def answer(request: Request) -> Response:
        principal = await authenticate(request, serving)
        require_scope(principal, "read")
        unknown_keys(request.query_params, {"after"}, "the query key")
        text = request.path_params["id"]
        try:
            execution_id = UUID(text)
        except ValueError:
            raise argument("id", "a uuid", text) from None
        after = request.headers.get("last-event-id") or request.query_params.get("after")
        status = await poller.status(principal, execution_id)
        events = _events(poller, principal, execution_id, after, has_ended=status in ENDED)
        return StreamingResponse(events, headers=_HEADERS, media_type="text/event-stream")

    return answer


# Longer than a screen, because every way in which a stream goes on or ends stands here.
async def _events(
    poller: Poller,
    principal: Principal,
    execution_id: UUID,
    after: str | None,
    *,
    has_ended: bool,
) -> AsyncIterator[str]:
    """What a watcher is sent. It ends early, to be resumed, when the database goes away."""
    yield "retry: 1000\n\n"
    with suppress(psycopg.Error, Problem), poller.watching(principal, execution_id) as watcher:
        look = await poller.look(principal, watcher, after)
        cursor = look.cursor
        if look.change is not None:
            yield _event("snapshot" if look.is_snapshot else "change", look)
        while not (look.has_ended or has_ended):
            if principal.expires_at is not None and time.time() > principal.expires_at:
                return
            try:
                await asyncio.wait_for(watcher.wake.wait(), _BEAT_SECONDS)
            except TimeoutError:
                yield ": beat\n\n"
                continue
            watcher.wake.clear()
            if poller.is_stopping:
                return
            found, watcher.found = watcher.found, None
            if watcher.is_behind or found is None:
                found = await poller.look(principal, watcher, cursor)
            look, cursor = found, found.cursor
            if look.change is not None:
                yield _event("change", look)
        yield f"id: {cursor}\nevent: end\ndata: {{}}\n\n"


def _event(kind: str, look: Look) -> str:
    return f"id: {look.cursor}\nevent: {kind}\ndata: {json.dumps(look.change)}\n\n"
