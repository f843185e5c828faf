"""How one process serves: its database, whom it believes, what it allows."""

from __future__ import annotations

from dataclasses import dataclass

from pbdb.server.access.principal import Authenticator

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


@dataclass(frozen=True, slots=True)
class Serving:
    """What `create_app` needs.

    `url`: the database, as a login of pbdb_app and of nothing else. `hosts`: names that a request
    may ask for, without port. `connections`: the most to the database; one tenant gets half of
    them. `is_read_only`: every route that changes something is refused.
    """

    url: str
    authenticator: Authenticator
    hosts: frozenset[str] = LOOPBACK
    connections: int = 10
    is_read_only: bool = False
