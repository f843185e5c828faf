"""One token for one person on this machine, made at start and told once on the terminal."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from uuid import UUID

from pbdb.server.access.principal import SCOPES, NotAuthenticated, Principal


class LocalToken:
    """Believes one token, with every scope, for one organization. Only its hash is kept."""

    def __init__(self, organization_id: UUID, token: str) -> None:
        self._hash = hashlib.sha256(token.encode()).digest()
        self._principal = Principal(organization_id, frozenset(SCOPES), "user:local")

    @staticmethod
    def new() -> str:
        """Return a token of 256 random bits."""
        return f"pbdb_local_{secrets.token_urlsafe(32)}"

    async def principal(self, token: str) -> Principal:
        """Compare in constant time; raises NotAuthenticated."""
        given = hashlib.sha256(token.encode(errors="replace")).digest()
        if not hmac.compare_digest(given, self._hash):
            raise NotAuthenticated("the token is not the one that this server was started with")
        return self._principal
