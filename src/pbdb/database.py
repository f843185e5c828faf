"""Connections: how they are opened, kept and whose rows they see. No business SQL lives here."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, LiteralString, Self
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg.types.string import TextLoader

from pbdb.settings import whole_number

log = logging.getLogger(__name__)

AsyncConnection = psycopg.AsyncConnection[TupleRow]
Connection = psycopg.Connection[TupleRow]

# A peer that vanished is noticed within half a minute, not after the kernel's two hours.
_CONNECTION_DEFAULTS: Final[Mapping[str, str]] = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}

# 25006: a standby, or a primary that was demoted. 53: out of connections, memory or disk.
# 57014 is here because a statement_timeout set by the DBA must not end a runner.
_TRANSIENT_STATES: Final = frozenset(
    {"25006", "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "57P04", "57P05", "57014"}
)
_TRANSIENT_CLASSES: Final = ("08", "53")
_STALE_PLAN: Final = "0A000"
_STANDBY: Final = "25006"
# Errors that leave a session as it was: pbdb's own, and those that any call may meet. After another
# one nobody knows what a tenant's query left in the session, a temporary table for one.
_HARMLESS: Final = frozenset({"40001", "40P01", "55P03", "57014"})
_OURS: Final = "PB"
# Less than a lease, so that a call that hangs ends before its steps are lost.
_STATEMENT_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Target:
    """Where the database is. `url` may lead through a pooler, `direct_url` must not."""

    url: str
    direct_url: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self | None:
        """Read PBDB_DATABASE_URL and PBDB_DIRECT_URL; None when neither is set."""
        url, direct = environ.get("PBDB_DATABASE_URL"), environ.get("PBDB_DIRECT_URL")
        if not url and not direct:
            return None
        return cls(url or direct or "", direct or None)

    @property
    def is_pooled(self) -> bool:
        """Whether `url` has to be taken for a pooler in transaction mode."""
        return self.direct_url is not None and self.direct_url != self.url

    @property
    def listen_url(self) -> str:
        """The URL for LISTEN and migrations."""
        return self.direct_url or self.url


@dataclass(slots=True)
class Backoff:
    """Delays for retries: exponential, capped, with full jitter above a floor. Seconds."""

    base: float = 0.1
    cap: float = 10.0
    _attempt: int = 0

    def next(self) -> float:
        """Return the next delay; the longest possible one doubles each time up to the cap."""
        ceiling = min(self.cap, self.base * 2.0 ** min(self._attempt, 30))
        self._attempt += 1
        return random.uniform(self.base / 2, ceiling)

    def reset(self) -> None:
        """Start over after a success."""
        self._attempt = 0


def is_transient(error: psycopg.Error) -> bool:
    """Whether the same call may succeed later: after a restart, a deadlock, a failover."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return state in _TRANSIENT_STATES or state.startswith(_TRANSIENT_CLASSES)


def is_stale_plan(error: psycopg.Error) -> bool:
    """Whether a prepared statement outlived a change of the schema."""
    return error.sqlstate == _STALE_PLAN


def is_standby(error: psycopg.Error) -> bool:
    """Whether the server only reads: a standby, or a former primary."""
    return error.sqlstate == _STANDBY


def leaves_the_session_clean(error: psycopg.Error) -> bool:
    """Whether a session may serve other calls after this error."""
    state = error.sqlstate
    return state is not None and (state in _HARMLESS or state.startswith(_OURS))


def limit_of_a_call(environ: Mapping[str, str] = os.environ) -> str:
    """The statement that gives a session its `statement_timeout`, where nobody else gave it one.

    PBDB_STATEMENT_TIMEOUT_SECONDS, 30 by default; 0 leaves calls without limit. Raises
    SettingInvalid.
    """
    seconds = whole_number(environ, "PBDB_STATEMENT_TIMEOUT_SECONDS", _STATEMENT_SECONDS)
    return (
        f"select set_config('statement_timeout', '{min(seconds, 2_000_000)}s', false) "
        "where current_setting('statement_timeout') = '0'"
    )


def conninfo(url: str, application_name: str = "pbdb") -> str:
    """Return `url` with our defaults for everything that it leaves open."""
    given = conninfo_to_dict(url)
    defaults: dict[str, Any] = {**_CONNECTION_DEFAULTS, "application_name": application_name}
    if "," in str(given.get("host", "")):
        defaults["target_session_attrs"] = "read-write"
    return make_conninfo(url, **{k: v for k, v in defaults.items() if k not in given})


def connect(
    url: str, application_name: str = "pbdb", *, is_pooled: bool = False, has_limit: bool = True
) -> Connection:
    """Open a connection in autocommit mode. Raises psycopg.OperationalError.

    Its calls end at `limit_of_a_call`; behind a pooler, where a setting would reach others, and
    without `has_limit`, for calls that read all of history, at what the login has.
    """
    limit = limit_of_a_call()
    connection = psycopg.connect(conninfo(url, application_name), autocommit=True)
    if has_limit and not is_pooled:
        connection.execute(limit, prepare=False)
    connection.prepare_threshold = None if is_pooled else 5
    return connection


async def connect_async(
    url: str, application_name: str = "pbdb", *, is_pooled: bool = False
) -> AsyncConnection:
    """Open a connection in autocommit mode for a runner. Raises psycopg.OperationalError.

    JSON arrives as text: much of it is never looked at. Calls are limited as in `connect`.
    """
    limit = limit_of_a_call()
    connection = await psycopg.AsyncConnection.connect(
        conninfo(url, application_name), autocommit=True
    )
    if not is_pooled:
        await connection.execute(limit, prepare=False)
    connection.prepare_threshold = None if is_pooled else 1
    connection.add_notice_handler(_say_warning)
    for name in ("json", "jsonb"):
        connection.adapters.register_loader(name, TextLoader)
    return connection


def _say_warning(notice: psycopg.errors.Diagnostic) -> None:
    """What the database warns of goes to our log: an execution that was put aside, for one."""
    if notice.severity_nonlocalized == "WARNING":
        log.warning(f"database: {notice.message_primary}", extra={"sqlstate": notice.sqlstate})


class Pool:
    """A few connections to one database, opened on demand and closed when they break.

    Not psycopg_pool: a runner must see a refused connection at once and choose its own delay,
    and an idle runner must not send anything.
    """

    def __init__(self, target: Target, application_name: str = "pbdb") -> None:
        self._target = target
        self._name = application_name
        self._idle: list[AsyncConnection] = []
        # A connection that was lost does not know its process id any more.
        self._pids: dict[AsyncConnection, int] = {}
        self._is_closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection in autocommit mode; the most recently used one first."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                break
            self._pids.pop(connection, None)
        else:
            connection = await connect_async(
                self._target.url, self._name, is_pooled=self._target.is_pooled
            )
            self._pids[connection] = connection.info.backend_pid
        keep = False
        try:
            yield connection
            keep = True
        except psycopg.Error as error:
            # A standby is left too: the name may lead to the new primary by now.
            keep = leaves_the_session_clean(error)
            raise
        finally:
            status = connection.info.transaction_status
            if keep and status == TransactionStatus.IDLE and not self._is_closed:
                self._idle.append(connection)
            else:
                self._pids.pop(connection, None)
                with suppress(psycopg.Error):
                    await connection.close()

    def is_ours(self, pid: int) -> bool:
        """Whether this server process serves a connection of this pool."""
        return pid in self._pids.values()

    async def close(self) -> None:
        """Close what is idle now, and what is lent as it comes back."""
        self._is_closed = True
        idle, self._idle = self._idle, []
        for connection in idle:
            with suppress(psycopg.Error):
                await connection.close()


@contextmanager
def organization(
    connection: Connection, organization_id: UUID | str, *, role: LiteralString | None = None
) -> Iterator[Connection]:
    """Act for one organization in one transaction: joins the caller's, else commits at the end.

    `role`: become this role until the transaction ends, for logins that row level security does
    not bind (a superuser during development).
    """
    with connection.transaction():
        if role is not None:
            connection.execute(f"set local role {role}")
        connection.execute("select pbdb.set_organization(%s)", (organization_id,))
        yield connection
