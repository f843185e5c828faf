"""What a refused request is told: RFC 9457, with the four fields of PostgREST beside it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import psycopg
from psycopg_pool import PoolTimeout
from starlette.responses import Response

from pbdb.database import is_transient
from pbdb.errors import BY_CODE

log = logging.getLogger(__name__)

_RETRY_SECONDS: Final = "2"
_DATA_EXCEPTION: Final = "22"
_SERVER_SAYS: Final = {"42501": 403, "54000": 413, "57014": 504, "25006": 405}


@dataclass
class Problem(Exception):
    """A refused request: its status, a code, what is wrong with which value, what to do."""

    status: int
    code: str
    message: str
    hint: str | None = None
    details: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, request_id: str, instance: str) -> Response:
        """As application/problem+json."""
        body = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.message,
            "instance": instance,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "details": self.details,
            "errors": _places(self.details),
            "request_id": request_id,
        }
        return Response(
            json.dumps(body), self.status, dict(self.headers), "application/problem+json"
        )


def _places(details: str | None) -> list[dict[str, Any]]:
    """What is wrong with which part of what was sent, where the database says it of each part."""
    if not details:
        return []
    try:
        found = json.loads(details)
    except ValueError:
        lines = (line.split(": ", 1) for line in details.splitlines())
        return [{"path": parts[0], "message": parts[1]} for parts in lines if len(parts) == 2]
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def of_database(error: psycopg.Error, request_id: str) -> Problem:
    """What a client is told of a database error; what it need not know goes to the log only."""
    state, said = error.sqlstate or "", error.diag
    known = BY_CODE.get(state)
    if known is not None:
        return _told(known.status, error)
    # Raised before the server was asked: a NUL in a text, a number that is none.
    if isinstance(error, psycopg.DataError) or state.startswith(_DATA_EXCEPTION):
        words = said.message_primary or str(error)
        return Problem(400, state or "22000", words, said.message_hint)
    if state in _SERVER_SAYS:
        return _told(_SERVER_SAYS[state], error)
    if isinstance(error, PoolTimeout) or is_transient(error) or state.startswith("57P"):
        log.warning(f"request {request_id}: the database is away: {type(error).__name__} {state}")
        return Problem(
            503,
            state or "08000",
            "the database does not answer, or is busy",
            "ask again in a moment",
            headers={"Retry-After": _RETRY_SECONDS},
        )
    log.error(f"request {request_id} failed", exc_info=error)
    return unexpected(request_id)


def unexpected(request_id: str) -> Problem:
    """What is told of a fault of ours: its words are for the log."""
    return Problem(
        500, "XX000", f"the request failed; the log of the server has more under {request_id}"
    )


def _told(status: int, error: psycopg.Error) -> Problem:
    said = error.diag
    return Problem(
        status,
        error.sqlstate or "",
        said.message_primary or str(error),
        said.message_hint,
        said.message_detail,
    )


def argument(name: str, wanted: str, value: Any) -> Problem:
    """An argument has a value of the wrong kind."""
    shown = json.dumps(value, default=str)[:100]
    return Problem(400, "PB017", f"{name} is {shown}, not {wanted}")
