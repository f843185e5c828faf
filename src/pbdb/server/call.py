"""One request is one transaction: tenant, actor, then the function. The database makes the JSON."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection, Error, sql
from psycopg_pool import AsyncConnectionPool

from pbdb.database import conninfo, leaves_the_session_clean
from pbdb.server.access.principal import Principal
from pbdb.server.arguments import bound
from pbdb.server.catalog import Function
from pbdb.server.problems import Problem

# Writes rows that it undoes itself: what only reads may call it all the same.
_UNDOES: Final = frozenset({"check_playbook"})
_WAIT_SECONDS: Final = 5.0
_IN_LINE: Final = 100
# Looks of the live feed have one connection a tenant and a line of their own, as long as there may
# be streams: whoever follows is not refused because of requests, nor the other way about.
_LIVE_IN_LINE: Final = 600
_VERSION: Final = sql.SQL("(select v.playbook_id from pbdb.get_playbook(%s, %s) as v)")
_LIMITS: Final = """
select
    set_config('statement_timeout', '15s', false),
    set_config('idle_in_transaction_session_timeout', '30s', false),
    set_config('default_transaction_read_only', %s, false)"""


class Version(NamedTuple):
    """A version of a playbook by name and number, where a function takes its id."""

    name: str
    number: int


class Rows(NamedTuple):
    """Rows as JSON text, how many, and the last value of the column that a cursor is made of."""

    json: str
    number: int
    last: str | None


class Database:
    """The connections of the process, and how many of them one tenant may hold at a time."""

    def __init__(self, url: str, connections: int, *, is_read_only: bool) -> None:
        async def configure(connection: AsyncConnection[Any]) -> None:
            await connection.execute(_LIMITS, ("on" if is_read_only else "off",))

        self._pool = AsyncConnectionPool(
            conninfo(url, "pbdb serve"),
            min_size=0,
            max_size=connections,
            timeout=_WAIT_SECONDS,
            kwargs={"autocommit": True},
            configure=configure,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )
        # Set when a transaction that may have changed something has committed.
        self.committed = asyncio.Event()
        self._share = max(1, connections // 2)
        self._busy: defaultdict[tuple[UUID, bool], int] = defaultdict(int)
        self._turns: dict[tuple[UUID, bool], asyncio.Semaphore] = {}

    async def open(self) -> None:
        """Get ready; connections are made when they are needed."""
        await self._pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def is_there(self) -> bool:
        """Whether the database answers."""
        try:
            async with self._pool.connection(timeout=2) as connection:
                await connection.execute("select 1")
        except Error:
            return False
        return True

    @asynccontextmanager
    async def _turn(self, tenant: UUID, *, is_live: bool) -> AsyncIterator[None]:
        """One of the tenant's places: ten slow requests of one tenant stop nobody else's."""
        line = (tenant, is_live)
        places, waiting = (1, _LIVE_IN_LINE) if is_live else (self._share, _IN_LINE)
        if self._busy[line] >= places + waiting:
            raise Problem(
                429,
                "PB429",
                "too many requests of this organization are waiting",
                "ask again in a moment",
                headers={"Retry-After": "1"},
            )
        self._busy[line] += 1
        try:
            async with self._turns.setdefault(line, asyncio.Semaphore(places)):
                yield
        finally:
            self._busy[line] -= 1
            if not self._busy[line]:
                del self._busy[line], self._turns[line]

    @asynccontextmanager
    async def _transaction(
        self,
        principal: Principal,
        *,
        only_reads: bool,
        is_live: bool = False,
        undoes: bool = False,
    ) -> AsyncIterator[AsyncConnection[Any]]:
        turn = self._turn(principal.organization_id, is_live=is_live)
        async with turn, self._pool.connection() as connection:
            try:
                async with connection.transaction():
                    if only_reads:
                        await connection.execute("set transaction read only")
                    elif undoes:
                        await connection.execute("set transaction read write")
                    await connection.execute(
                        "select pbdb.set_organization(%s), pbdb.set_actor(%s, %s)",
                        (principal.organization_id, principal.actor, principal.request_id),
                    )
                    yield connection
                if not only_reads:
                    self.committed.set()
            except Error as error:
                if not leaves_the_session_clean(error):
                    await connection.close()
                raise

    async def rows(
        self,
        principal: Principal,
        function: Function,
        arguments: Mapping[str, Any],
        *,
        last: str | None = None,
        only_reads: bool = False,
        is_live: bool = False,
    ) -> Rows:
        """Call a function that returns rows. `is_live`: in the line of the live feed."""
        call, values = _called(function, arguments)
        cursor: sql.Composable = sql.SQL("null::text")
        if last is not None:
            cursor = sql.SQL("(array_agg(t.{}))[count(*)]::text").format(sql.Identifier(last))
        query = sql.SQL(
            "select coalesce(json_agg(t), '[]')::text, count(*), {} from {} as t"
        ).format(cursor, call)
        kind = {
            "only_reads": only_reads,
            "is_live": is_live,
            "undoes": function.name in _UNDOES,
        }
        async with self._transaction(principal, **kind) as connection:
            row = await (await connection.execute(query, values)).fetchone()
        assert row is not None
        return Rows(*row)

    async def value(
        self,
        principal: Principal,
        function: Function,
        arguments: Mapping[str, Any],
        *,
        only_reads: bool = False,
    ) -> str:
        """Call a function that returns one value, or nothing; return its JSON text."""
        call, values = _called(function, arguments)
        shape = "select {}" if function.returns_nothing else "select to_json({})::text"
        query = sql.SQL(shape).format(call)
        async with self._transaction(principal, only_reads=only_reads) as connection:
            row = await (await connection.execute(query, values)).fetchone()
        return "null" if row is None or row[0] is None or function.returns_nothing else str(row[0])


def _called(function: Function, arguments: Mapping[str, Any]) -> tuple[sql.Composed, list[Any]]:
    """The call with named arguments, each cast to what the catalog says; and their values."""
    parts: list[sql.Composable] = []
    values: list[Any] = []
    for name, value in arguments.items():
        kind = function.arguments[name]
        if isinstance(value, Version):
            shape: sql.Composable = _VERSION
            values += value
        else:
            shape = sql.SQL("%s::") + sql.SQL(kind)
            values.append(bound(name.removeprefix("p_"), value, kind))
        parts.append(sql.Identifier(name) + sql.SQL(" => ") + shape)
    called = sql.Identifier("pbdb", function.name) + sql.SQL("({})").format(
        sql.SQL(", ").join(parts)
    )
    return called, values
