"""Sessions of the console: a signed token in a cookie, and the one-time link that begins one.

No table of sessions: processes that share the key share the sessions. The token is made anew each
hour while it is used, and ends ten hours after the sign-in whatever happens.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import jwt

from pbdb.server.access.principal import SCOPES, NotAuthenticated, Principal
from pbdb.settings import SettingInvalid

LIFE_SECONDS: Final = 10 * 3600
LINK_SECONDS: Final = 300.0

_ROTATION_SECONDS: Final = 3600
_ALGORITHM: Final = "HS256"
_ISSUER: Final = "pbdb-console"
_LEAST_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Session:
    """A believed cookie; `renewed` is the token that should take its place."""

    principal: Principal
    renewed: str | None


class Sessions:
    """Signs and believes sessions. `is_secure`: the browser reaches us by https."""

    def __init__(self, key: str | None = None, *, is_secure: bool = False) -> None:
        if key is not None and len(key.strip().encode()) < _LEAST_KEY_BYTES:
            raise SettingInvalid(f"the session key has to be {_LEAST_KEY_BYTES} bytes or more")
        self._key = (key or secrets.token_urlsafe(48)).strip()
        self._is_secure = is_secure
        # A browser keeps a __Host- cookie from other hosts' reach, but only takes it over https.
        self.cookie: Final = "__Host-pbdb" if is_secure else "pbdb_session"

    def begin(self, principal: Principal) -> str:
        """Return the token of a new session, which ends no later than the credential it is from."""
        end = time.time() + LIFE_SECONDS
        return self._token(principal, min(end, principal.expires_at or end))

    def session(self, token: str) -> Session:
        """Return what a cookie stands for; raises NotAuthenticated."""
        try:
            said = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                options={"require": ["exp", "iat", "iss", "sub"]},
            )
            principal = _principal(said)
        except (jwt.PyJWTError, KeyError, ValueError):
            raise NotAuthenticated("the session has ended: sign in again") from None
        is_old = time.time() - said["iat"] > _ROTATION_SECONDS
        return Session(principal, self._token(principal, said["exp"]) if is_old else None)

    def header(self, token: str, seconds: int = LIFE_SECONDS) -> str:
        """Return the Set-Cookie that keeps a token; an empty one with 0 seconds ends it."""
        secure = "; Secure" if self._is_secure else ""
        kept = f"{self.cookie}={token}; Path=/; Max-Age={seconds}"
        return f"{kept}; HttpOnly; SameSite=Strict{secure}"

    def _token(self, principal: Principal, end: float) -> str:
        said = {
            "iss": _ISSUER,
            "sub": principal.actor,
            "org": str(principal.organization_id),
            "scope": " ".join(sorted(principal.scopes)),
            "iat": int(time.time()),
            "exp": int(end),
        }
        return jwt.encode(said, self._key, _ALGORITHM)


def _principal(said: dict[str, Any]) -> Principal:
    scopes = frozenset(SCOPES) & set(said["scope"].split())
    return Principal(UUID(said["org"]), scopes, said["sub"], float(said["exp"]))


class OneTimeLink:
    """A code of 128 bits for the person who sees the terminal: five minutes, one use."""

    def __init__(self, organization_id: UUID) -> None:
        self._principal = Principal(organization_id, frozenset(SCOPES), "user:local")
        self._code: str | None = None
        self._until = 0.0

    def new(self) -> str:
        """Return a code; one that was not used before is worth nothing from here on."""
        self._code = secrets.token_urlsafe(16)
        self._until = time.monotonic() + LINK_SECONDS
        return self._code

    def use(self, code: str) -> Principal:
        """Return whom the code stands for, once; raises NotAuthenticated."""
        kept, in_time = self._code or "", time.monotonic() <= self._until
        if not in_time or not hmac.compare_digest(code.encode(errors="replace"), kept.encode()):
            raise NotAuthenticated("the link was used before, or is older than five minutes")
        self._code = None
        return self._principal
