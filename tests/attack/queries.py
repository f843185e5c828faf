"""A DATABASE_QUERY leaves nothing behind in the session that ran it, whoever calls, whatever it says.

Each text runs in both modes and in each of the three ways: run_playbook in an application's
transaction, run_due_sql_steps, and a runner's own session. Afterwards the session is as it was, the
next tenant's step in it sees that tenant's rows and only those, and nothing that was returned is
another tenant's.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

import server as servers
from attack.query_texts import SEED, TEXTS, WRITES
from attack.report import Report
from attack.session import LOOK, differences
from build import as_tenant
from pbdb.app.registry import App
from pbdb.database import Pool, Target
from pbdb.model import StepFailed
from pbdb.runner import queue
from pbdb.runner.sql_steps import SqlSteps
from server import Database, Server

Connection = psycopg.Connection[Any]
Rows = list[tuple[str, str | None]]

A: Final = uuid.UUID("0a" * 16)
B: Final = uuid.UUID("0b" * 16)
SECRET: Final = "SECRET-OF-B"
# What somebody has granted to queries, as docs/security.md says, and two functions better not granted.
TABLES: Final = """
create table public.orders (
    id int generated always as identity, organization_id uuid not null, note text
);
alter table public.orders enable row level security;
create policy queries_see_their_organization on public.orders to pbdb_query
using (organization_id = (select pbdb.current_organization_id()))
with check (organization_id = (select pbdb.current_organization_id()));
grant select, insert, update, delete on public.orders to pbdb_query;
create function public.sets_work_mem(is_local boolean default false) returns text language plpgsql
as $$ begin return set_config('work_mem', '77MB', is_local); end $$;
create function public.sets_search_path() returns text language plpgsql
as $$ begin return set_config('search_path', 'pg_temp', false); end $$;
create function public.makes_a_table() returns int language plpgsql
as $$ begin create temp table made (i int); return 1; end $$;
"""
# A careless restorer, or a careless change: the guards are there and do nothing.
BROKEN: Final = """
create or replace function pbdb._query_refusal(p_query text, p_mode text) returns text
language sql immutable parallel safe begin atomic select null::text; end;
create or replace function pbdb._check_session(p_before text[], p_after text[]) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$ begin end $$;
create or replace function pbdb._forget_seed(p_query text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$ begin end $$;
"""
UNDOING: Final = (
    "raise exception using errcode = 'QUNDO', message = 'a read leaves nothing behind';"
)
CASES: Final = [("read", *case) for case in TEXTS.items()] + [
    ("write", *case) for case in (TEXTS | WRITES).items()
]


@dataclass(frozen=True, slots=True)
class Arena:
    """A database with two tenants, and sessions to prepare and look at things in it."""

    database: Database
    app: Connection
    owner: Connection

    def apply(self, organization: uuid.UUID, name: str, text: str, mode: str) -> bool:
        """Make a playbook of one query; False when it is refused."""
        step = {
            "name": "ask", "type": "DATABASE_QUERY", "max_retries": 0, "timeout_seconds": 5,
            "config": {"query": text, "mode": mode},
        }  # fmt: skip
        document = Jsonb({"name": name, "steps": [step]})
        try:
            with as_tenant(self.app, organization) as conn:
                conn.execute("select pbdb.apply_playbook(%s)", (document,))
        except psycopg.Error as error:
            if error.sqlstate != "PB010":
                raise
            return False
        return True

    def start(self, organization: uuid.UUID, playbook: str) -> uuid.UUID:
        """Start a playbook; the execution."""
        with as_tenant(self.app, organization) as conn:
            row = conn.execute("select pbdb.start_playbook(%s)", (playbook,)).fetchone()
        assert row is not None
        return uuid.UUID(str(row[0]))

    def outcome(self, execution: uuid.UUID) -> Any:
        """How an execution is, and what it gave."""
        return self.owner.execute(
            "select status::text, output_data, error_code, error_message"
            " from pbdb.playbook_executions where id = %s",
            (execution,),
        ).fetchone()


class Way:
    """One way for a query to run, in one session that outlives it."""

    def look(self) -> Rows:
        """What the session is like."""
        raise NotImplementedError

    def run(self, organization: uuid.UUID, playbook: str) -> Any:
        """Run a playbook of one step; what came back."""
        raise NotImplementedError

    def ask(self, query: str) -> Any:
        """The only value of a query in the session."""
        raise NotImplementedError

    def furnish(self) -> None:
        """Put something of the caller's into the session that a query must leave alone."""

    def has_lost_its_place(self) -> bool:
        """Whether the caller's cursor is elsewhere than it was."""
        return False

    def close(self) -> None:
        """End the session."""


class _Session(Way):
    def __init__(self, arena: Arena, role: str) -> None:
        self.arena = arena
        self.conn = arena.database.connect(role, prepare_threshold=None)

    def look(self) -> Rows:
        return self.conn.execute(LOOK).fetchall()

    def ask(self, query: str) -> Any:
        row = self.conn.execute(query.encode()).fetchone()
        return None if row is None else row[0]

    def furnish(self) -> None:
        self.conn.execute(
            f"declare theirs scroll cursor with hold for select '{SECRET}' || g"
            " from generate_series(1, 3) as g".encode()
        )
        self.conn.execute("select pg_advisory_lock(815)")

    def has_lost_its_place(self) -> bool:
        found = self.ask('fetch next from "theirs"')
        self.conn.execute('move absolute 0 in "theirs"')
        return bool(found != f"{SECRET}1")

    def close(self) -> None:
        self.conn.close()


class Direct(_Session):
    """run_playbook, within a savepoint of an application's transaction."""

    def __init__(self, arena: Arena) -> None:
        super().__init__(arena, "app")

    def run(self, organization: uuid.UUID, playbook: str) -> Any:
        with as_tenant(self.conn, organization):
            before = self.look()
            try:
                with self.conn.transaction():
                    row = self.conn.execute(
                        "select pbdb.run_playbook(%s)::text", (playbook,)
                    ).fetchone()
            except psycopg.Error as error:
                if self.conn.closed:
                    raise
                row = (str(error),)
            after = self.look()
        # pg_advisory_xact_lock is for the transaction, and so is a large object that is refused.
        within = [each for each in differences(before, after) if "advisory" not in each]
        return [row, [f"inside the transaction, {each}" for each in within]]


class Due(_Session):
    """run_due_sql_steps, as pg_cron calls it."""

    def __init__(self, arena: Arena) -> None:
        super().__init__(arena, "worker")

    def run(self, organization: uuid.UUID, playbook: str) -> Any:
        execution = self.arena.start(organization, playbook)
        self.conn.execute("select pbdb.run_due_sql_steps()")
        return [self.arena.outcome(execution), []]


class Running(Way):
    """The session of a runner: what SqlSteps does with a step that was claimed."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.loop = asyncio.Runner()
        self.pool = Pool(Target(arena.database.url("worker")))
        self.steps = SqlSteps(self.pool, App(), "attacked")

    def look(self) -> Rows:
        return self.loop.run(self._all(LOOK))

    def ask(self, query: str) -> Any:
        return self.loop.run(self._all(query))[0][0]

    def run(self, organization: uuid.UUID, playbook: str) -> Any:
        execution = self.arena.start(organization, playbook)
        self.loop.run(self._work())
        return [self.arena.outcome(execution), []]

    def close(self) -> None:
        self.loop.run(self.pool.close())
        self.loop.close()

    async def _all(self, query: str) -> list[Any]:
        async with self.pool.connection() as conn:
            return await (await conn.execute(query.encode(), prepare=False)).fetchall()

    async def _work(self) -> None:
        async with self.pool.connection() as conn:
            claimed = await queue.claim(conn, "attacked", ["DATABASE_QUERY"], 10, 60)
        for step in claimed:
            try:
                await self.steps.run(step)
            except StepFailed as error:
                async with self.pool.connection() as conn:
                    await queue.fail(
                        conn,
                        "attacked",
                        [
                            queue.Failure(
                                step.organization_id, step.step_result_id, step.token, _json(error)
                            )
                        ],
                    )


WAYS: Final[dict[str, Callable[[Arena], Way]]] = {
    "run_playbook": Direct,
    "run_due_sql_steps": Due,
    "a runner": Running,
}


@dataclass
class Judge:
    """Runs texts in one way and says what each left behind or saw."""

    arena: Arena
    name: str
    found: list[str] = field(default_factory=list)
    tried: int = 0
    _way: Way | None = None

    def __post_init__(self) -> None:
        with self.arena.database.connect("owner") as conn:
            conn.execute("select setseed(%s)", (SEED,))
            self._seeded = {conn.execute("select random()").fetchone() for _ in range(50)}

    def judge(self, mode: str, title: str, text: str) -> None:
        """Run one text; a session in which something is wrong is not used again."""
        self.tried += 1
        playbook = f"{mode} {title}"
        try:
            wrong = list(self._judged(playbook, mode, text.format(A=A, B=B)))
        except psycopg.Error as error:
            wrong = [f"the session is unusable: {error!r}"]
        if wrong:
            self.found += [f"{self.name}, {playbook}: {each}" for each in wrong]
            self.close()

    def _judged(self, playbook: str, mode: str, text: str) -> Iterator[str]:
        if not self.arena.apply(A, playbook, text, mode):
            return
        way = self._session()
        before = way.look()
        returned, within = way.run(A, playbook)
        yield from within
        if SECRET in str(returned):
            yield f"it returned {returned}"
        yield from differences(before, way.look())
        yield from self._later(way)

    def _later(self, way: Way) -> Iterator[str]:
        """What goes wrong in the session afterwards, with other work."""
        if way.has_lost_its_place():
            yield "the caller's cursor has moved"
        if (way.ask("select random()"),) in self._seeded:
            yield "random() gives what the query has chosen"
        if way.ask("select pbdb.current_organization_id()") is not None:
            yield "a request without a tenant has one"
        rows = str(way.run(B, "look")[0])
        if rows.count(SECRET) != 1 or "of-a" in rows:
            yield f"the next step, of B, sees {rows}"

    def _session(self) -> Way:
        if self._way is None:
            self._way = WAYS[self.name](self.arena)
            self._way.furnish()
            # Extensions and languages make their settings when they are first used.
            self._way.run(B, "look")
        return self._way

    def close(self) -> None:
        """End the session; the next text gets a new one."""
        if self._way is not None:
            self._way.close()
            self._way = None


def attack(server: Server, *, is_whole: bool) -> Report:
    """Every text in every way, and a part of them where the guards do nothing."""
    report = Report("queries")
    with arena(server) as room:
        for name in WAYS:
            found = run(room, name, CASES if is_whole else CASES[::3])
            report.tried[f"texts by {name}"] += found.tried
            report.found += found.found
    with arena(server, is_broken=True) as room:
        for name in WAYS:
            report.control += len(run(room, name, CASES if is_whole else CASES[::9]).found)
    return report


def run(arena: Arena, way: str, cases: Iterable[tuple[str, str, str]]) -> Judge:
    """Judge cases (mode, title, text) in one way."""
    judge = Judge(arena, way)
    for mode, title, text in cases:
        judge.judge(mode, title, text)
    judge.close()
    return judge


@contextmanager
def arena(server: Server, *, is_broken: bool = False) -> Iterator[Arena]:
    """A database with two tenants, a table that queries may use, and rows of both in it."""
    with ExitStack() as stack:
        database = stack.enter_context(servers.fresh_database(server))
        app, owner = (stack.enter_context(database.connect(role)) for role in ("app", "owner"))
        owner.execute(TABLES.encode())
        for organization, note in ((A, "of-a"), (B, SECRET)):
            owner.execute(
                "insert into public.orders (organization_id, note) values (%s, %s)",
                (organization, note),
            )
        if is_broken:
            _break(owner)
        made = Arena(database, app, owner)
        assert made.apply(B, "look", "select note from public.orders where note !~ '^new'", "read")
        yield made


def _break(owner: Connection) -> None:
    owner.execute(BROKEN.encode())
    row = owner.execute(
        "select pg_get_functiondef('pbdb._run_database_query(uuid, jsonb)'::regprocedure)"
    ).fetchone()
    assert row is not None and UNDOING in row[0]
    owner.execute(row[0].replace(UNDOING, "null;").encode())


def _json(error: StepFailed) -> str:
    return json.dumps({"code": error.code, "message": str(error), "permanent": True})
