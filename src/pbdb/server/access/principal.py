"""Who makes a request, for which tenant, with which scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

SCOPES: Final = ("read", "start", "answer", "operate", "edit", "publish", "admin")
"""What a credential may be allowed, from looking to everything; none includes another."""


class NotAuthenticated(Exception):
    """There is no credential, or it is not believed; the message never repeats it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A believed credential: its tenant, its scopes and who acts with it (`user:<sub>`).

    `expires_at`: seconds of the epoch, after which streams end; None for never. `request_id`: of
    the request that it came with, for the audit.
    """

    organization_id: UUID
    scopes: frozenset[str]
    actor: str
    expires_at: float | None = None
    request_id: str | None = None


class Authenticator(Protocol):
    """Says who a bearer token stands for."""

    async def principal(self, token: str) -> Principal:
        """Return whom the token stands for; raises NotAuthenticated."""
        ...
