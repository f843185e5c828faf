"""Calls of a real `pbdb serve` process as one of two tenants, with the tokens of a sign-in."""

from __future__ import annotations

import subprocess
import time
import uuid
from dataclasses import dataclass
from typing import Any, Final

import httpx2 as httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER: Final = "https://sign-in.example"
AUDIENCE: Final = "pbdb"
ALL: Final = "read start answer operate edit publish admin"
ECHO: Final = {
    "name": "echo",
    "steps": [{"name": "say", "type": "DATA_TRANSFORM", "config": {"output": "$input"}}],
}
ASK: Final = {
    "name": "ask",
    "steps": [
        {
            "name": "hold",
            "type": "WAIT_FOR_INPUT",
            "config": {"schema": {"type": "object", "required": ["ok"]}},
        }
    ],
}

PRIVATE: Final = ec.generate_private_key(ec.SECP256R1())
PUBLIC: Final = PRIVATE.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


@dataclass(frozen=True)
class Served:
    """A server, two tenants with a playbook `echo` and `ask` each, and calls as one of them."""

    address: str
    mine: uuid.UUID
    theirs: uuid.UUID
    process: subprocess.Popen[str]

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        tenant: uuid.UUID | None = None,
        scope: str = ALL,
        **headers: str,
    ) -> httpx.Response:
        """Ask as a tenant, mine by default."""
        said = {"Authorization": f"Bearer {token(tenant or self.mine, scope)}"}
        said |= {key.replace("_", "-"): value for key, value in headers.items()}
        with httpx.Client(base_url=self.address, timeout=30) as client:
            return client.request(method, path, json=body, headers=said)


def claims(organization: uuid.UUID, scope: str = ALL) -> dict[str, Any]:
    """What a good token says."""
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "exp": int(time.time()) + 600,
        "organization_id": str(organization),
        "scope": scope,
    }


def token(organization: uuid.UUID, scope: str = ALL) -> str:
    """A good token."""
    return jwt.encode(claims(organization, scope), PRIVATE, "ES256")
