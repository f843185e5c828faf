"""JSON Web Tokens of somebody else's sign-in: RFC 7519, with the precautions of RFC 8725."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import jwt
from jwt import PyJWK, PyJWKClient, PyJWKSet

from pbdb.server.access.principal import SCOPES, NotAuthenticated, Principal
from pbdb.settings import SettingInvalid

_ASYMMETRIC: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
_LEEWAY_SECONDS: Final = 30
_REFETCH_SECONDS: Final = 60.0
_LEAST_SECRET_BYTES: Final = 32

Keys = Callable[[str | None], Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say: who issued it, for whom, and where its tenant stands."""

    issuer: str
    audience: str
    organization_claim: str = "organization_id"
    algorithms: Sequence[str] = _ASYMMETRIC


class JwtTokens:
    """Believes tokens that one of the issuer's keys has signed.

    The algorithms are ours to choose, never the token's. exp, iss and aud are required, nbf counts
    when present; scopes are words of `scope`, unknown ones are ignored.
    """

    def __init__(self, expected: Expected, key: str | None = None, jwks_url: str | None = None):
        self._expected = expected
        self._fixed = None if key is None else _checked_key(key, expected.algorithms)
        self._client = None if jwks_url is None else PyJWKClient(jwks_url, timeout=10)
        self._known: Mapping[str | None, PyJWK] = {}
        self._fetched_at = -_REFETCH_SECONDS
        self._fetching = asyncio.Lock()

    async def principal(self, token: str) -> Principal:
        """Return whom a token stands for; raises NotAuthenticated."""
        expected = self._expected
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                key,
                algorithms=list(expected.algorithms),
                issuer=expected.issuer,
                audience=expected.audience,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise NotAuthenticated(f"the token is not valid: {error}") from None
        return _principal(claims, expected.organization_claim)

    async def _key(self, kid: str | None) -> Any:
        if self._fixed is not None:
            return self._fixed
        if kid not in self._known:
            await self._fetch(kid)
        if kid not in self._known:
            raise NotAuthenticated("the token was signed with a key that its issuer does not have")
        return self._known[kid]

    async def _fetch(self, kid: str | None) -> None:
        """Ask the issuer for its keys, at most once a minute whatever tokens say."""
        async with self._fetching:
            if self._client is None or kid in self._known:
                return
            if time.monotonic() - self._fetched_at < _REFETCH_SECONDS:
                return
            self._fetched_at = time.monotonic()
            data = await asyncio.to_thread(self._client.fetch_data)
            found = PyJWKSet.from_dict(data).keys
            self._known = {each.key_id: each for each in found if each.public_key_use != "enc"}


def _checked_key(key: str, algorithms: Sequence[str]) -> str:
    """A key for these algorithms; a public key must not serve as somebody's shared secret."""
    if any(each.startswith("HS") for each in algorithms):
        if "-----BEGIN" in key or len(key.strip().encode()) < _LEAST_SECRET_BYTES:
            raise SettingInvalid(
                f"the shared key of {', '.join(algorithms)} has to be a secret of "
                f"{_LEAST_SECRET_BYTES} bytes or more, and no public key"
            )
        return key.strip()
    return key


def _principal(claims: Mapping[str, Any], organization_claim: str) -> Principal:
    try:
        organization = UUID(str(claims[organization_claim]))
    except (KeyError, ValueError):
        raise NotAuthenticated(f"the token's claim {organization_claim} is not a uuid") from None
    said = claims.get("scope", "")
    words = said.split() if isinstance(said, str) else said
    scopes = frozenset(SCOPES) & {each for each in words if isinstance(each, str)}
    return Principal(organization, scopes, f"user:{claims['sub']}", float(claims["exp"]))
