"""How one process serves: its database, whom it believes, what it allows."""

from __future__ import annotations

from dataclasses import dataclass

from pbdb.server.access.principal import Authenticator
from pbdb.server.access.session import OneTimeLink, Sessions

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


@dataclass(frozen=True, slots=True)
class Serving:
    """What `create_app` needs.

    `url`: the database, as a login of pbdb_app and of nothing else. `hosts`: names that a request
    may ask for, without port. `connections`: the most to the database; one tenant gets half of
    them. `is_read_only`: every route that changes something is refused. `sessions`: what signs the
    console's cookies; without it there is no console. `link`: what a browser may begin one with
    beside a token. `schemes`: how pages reach the server. `secret`: what processes share, to sign
    what clients carry for them.
    """

    url: str
    authenticator: Authenticator
    hosts: frozenset[str] = LOOPBACK
    connections: int = 10
    is_read_only: bool = False
    sessions: Sessions | None = None
    link: OneTimeLink | None = None
    schemes: frozenset[str] = frozenset({"http"})
    secret: str | None = None
