"""What the handlers of MCP work with: the database, who asks, and the state that clients carry."""

from __future__ import annotations

import hmac
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

import jwt
from mcp.server.context import ServerRequestContext

from pbdb.server.access.principal import Principal
from pbdb.server.call import Database
from pbdb.server.catalog import Function
from pbdb.server.live.poller import Poller
from pbdb.server.problems import Problem

Context: TypeAlias = ServerRequestContext[Any, Any]

_STATE_SECONDS: Final = 24 * 3600
_ALGORITHM: Final = "HS256"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and for which agent's tools; `session` is known where one process is one client."""

    principal: Principal
    agent_id: str | None = None
    session: str | None = None


class States:
    """Signs what a client carries between asking its person and calling again.

    It comes back from the client: nothing in it counts unless we signed it, for the same tenant,
    credential and tool.
    """

    def __init__(self, secret: str | None = None) -> None:
        key = (secret or secrets.token_urlsafe(48)).encode()
        self._key = hmac.digest(key, b"pbdb request state of mcp", "sha256")

    def seal(self, principal: Principal, tool: str, execution_id: UUID) -> str:
        """Return the state of a call that waits for a person."""
        said = self._claims(principal, tool)
        said |= {"sub": str(execution_id), "exp": int(time.time()) + _STATE_SECONDS}
        return jwt.encode(said, self._key, _ALGORITHM)

    def open(self, state: str, principal: Principal, tool: str) -> UUID:
        """Return the execution that a state is of. Raises Problem."""
        try:
            said = jwt.decode(
                state, self._key, algorithms=[_ALGORITHM], options={"require": ["exp", "sub"]}
            )
            if {key: said.get(key) for key in ("org", "by", "tool")} == self._claims(
                principal, tool
            ):
                return UUID(said["sub"])
        except (jwt.PyJWTError, ValueError):
            pass
        raise Problem(
            400, "PB017", "the request_state is not of this call", "call the tool anew, without it"
        )

    def _claims(self, principal: Principal, tool: str) -> dict[str, Any]:
        return {"org": str(principal.organization_id), "by": principal.actor, "tool": tool}


@dataclass(frozen=True, slots=True)
class Desk:
    """What every handler needs; `caller` says who is behind a request."""

    database: Database
    functions: Mapping[str, Function]
    poller: Poller
    caller: Callable[[Context], Caller]
    states: States = field(default_factory=States)

    def idempotency_key(self, context: Context) -> str | None:
        """Return the key that a start has: the client's own, else one of session and request."""
        given = (context.meta or {}).get("idempotency_key")
        if isinstance(given, str) and given:
            return given
        session = self.caller(context).session
        return None if session is None else f"mcp-{session}-{context.request_id}"


def new_session() -> str:
    """Return the name of a session that no other has."""
    return uuid.uuid4().hex
