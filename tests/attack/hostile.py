"""Values that nobody expects, at each argument of each function that a login may call.

Each call is refused with an error of pbdb that names what is wrong and stays short, or it harms
nobody: it ends soon, and what it leaves can be read again by every client. Errors that say
something is broken (an internal error, a resource, a time that ran out) are never an answer.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import sql

from attack import planted
from attack.queries import A, Arena, arena
from attack.report import Report
from build import as_tenant
from server import LOGINS, Server

Connection = psycopg.Connection[Any]

ROLES: Final = ("app", "worker", "monitor")
# Where a machine is busy; what is cut off by a limit takes well under a second.
SECONDS: Final = 10
LONGEST_MESSAGE: Final = 4000
# No text and no value that was stored may be larger; the largest door is that of documents.
LARGEST: Final = 2 * 1024 * 1024
MANY: Final = 100_000
# Errors that PostgreSQL has for a value that is not one of its type, before pbdb is asked.
NOT_OF_THE_TYPE: Final = {"22P02", "22P05", "22003", "22021", "22007", "22008", "22001"}
BROKEN: Final = ("XX", "57", "53", "58")

TEXTS: Final = {
    "10 MB": "y" * 10_000_000,
    "20,000 characters": "ä" * 20_000,
    "10,001 digits": "7" * 10_001,
    "an escaped NUL": r"a\u0000b",
    "a lone surrogate": r"a\ud800b",
    "nothing": "",
    "white space": " \t\n\u2003",
    "bidi controls": "\u202ea\u2066b\u2069",
    "an escape sequence": "\x1b]0;mine\x07\x1b[2J",
    "braces": "{{" * 5000,
    "percents": "%" * 5000 + "%s%I%L",
    "a regular expression": "(a+)+" * 500 + "(",
    "likes": "%_" * 5000,
}
VALUES: Final = {
    "10 MB": json.dumps("y" * 10_000_000),
    "10,001 digits": "1" * 10_001,
    "an exponent": "1e10000",
    "a small exponent": "1e-10000",
    "2,000 levels": "[" * 2000 + "]" * 2000,
    "2,000 levels of objects": '{"a":' * 2000 + "1" + "}" * 2000,
    "an escaped NUL": r'"a\u0000b"',
    "a lone surrogate": r'"a\ud800b"',
    "a key of 20,000 characters": json.dumps({"k" * 20_000: 1}),
    "100,000 keys": json.dumps({str(n): n for n in range(MANY)}),
    "100,000 items": json.dumps([0] * MANY),
    "nothing": '""',
    "null": "null",
    "bidi controls": json.dumps("\u202ea\u2066b"),
    "a number": "1",
    "true": "true",
}  # fmt: skip


# What an execution is like that a call is about, and which arguments say which one it is.
STATES: Final = {
    state: {"p_execution_id", "p_execution_ids"} for state in ("RUNNING", "waits", "FAILED")
}


@dataclass(slots=True)
class Fuzzer:
    """One login's calls with hostile values, and what was wrong with their answers."""

    arena: Arena
    role: str
    values: dict[str, Any]
    found: list[str] = field(default_factory=list)
    calls: int = 0

    def attack(self, only: tuple[str, ...] = (), every: int = 1) -> None:
        """Call each function with each value in each place; everything is undone after each.

        `every` 5 makes every fifth of the calls.
        """
        with self.arena.database.connect("owner", prepare_threshold=None) as conn:
            conn.execute("set statement_timeout = '30s'")
            for number, (name, state, given, what) in enumerate(self._calls(only)):
                if number % every == 0:
                    self._call(conn, f"{name}({what}) {state}".rstrip(), name, given)

    def _calls(self, only: tuple[str, ...]) -> Iterator[tuple[str, str, list[sql.Composed], str]]:
        for name, arguments, _ in planted.functions(self.arena.owner, LOGINS[self.role]):
            if only and name not in only:
                continue
            names = {argument for argument, _ in arguments}
            for state, values in STATES.items():
                self.values |= {key: self.values[f"{key} {state}"] for key in values & names}
                if state != "RUNNING" and not values & names:
                    continue
                for position, (argument, kind) in enumerate(arguments):
                    for what, value in _hostile(self._usual(argument, kind), kind):
                        given = [self._argument(*each) for each in arguments]
                        given[position] = _cast(value, kind)
                        yield name, state, given, f"{argument} = {what}"

    def _usual(self, name: str, kind: str) -> Any:
        return planted.argument(self.values, name, kind)

    def _argument(self, name: str, kind: str) -> sql.Composed:
        return _cast(self._usual(name, kind), kind)

    def _call(self, conn: Connection, what: str, name: str, given: list[sql.Composed]) -> None:
        self.calls += 1
        call = sql.SQL("select * from pbdb.{}({})").format(
            sql.Identifier(name), sql.SQL(", ").join(given)
        )
        wrong = list(self._wrong(conn, call))
        self.found += [f"{self.role}, {what}: {each}" for each in wrong]

    def _wrong(self, conn: Connection, call: sql.Composed) -> Iterator[str]:
        began = time.monotonic()
        try:
            with conn.transaction(force_rollback=True):
                conn.execute(f"set local session authorization {LOGINS[self.role]}".encode())
                conn.execute(
                    f"select pg_catalog.set_config('app.current_organization_id', '{A}', true)".encode()
                )
                conn.execute(call)
                took = time.monotonic() - began
                conn.execute("reset session authorization")
                yield from _unreadable(conn)
        except psycopg.Error as error:
            if conn.closed:
                raise
            took = time.monotonic() - began
            yield from _bad_answer(error)
        if took > SECONDS:
            yield f"it took {took:.1f} s"


def attack(server: Server, *, is_whole: bool) -> Report:
    """Every function with every value, and a few where nothing is refused at the door."""
    report = Report("hostile values")
    with arena(server) as room:
        values = furnish(room)
        for role in ROLES:
            fuzzer = Fuzzer(room, role, values)
            fuzzer.attack(every=1 if is_whole else 13)
            report.tried[f"calls as {role}"] += fuzzer.calls
            report.found += fuzzer.found
        break_(room.owner)
        fuzzer = Fuzzer(room, "app", values)
        fuzzer.attack(("define_agent", "start_playbook"))
        report.control = len(fuzzer.found)
    return report


def furnish(room: Arena) -> dict[str, Any]:
    """What `planted` makes, and executions of each state."""
    values = planted.furnish(room)
    steps = [{"name": "no", "type": "DATA_TRANSFORM", "config": {"output": "$input.x / 0"}}]
    wait = [{"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?"}}]
    values["p_execution_id RUNNING"] = values["p_execution_id"]
    values["p_event_match"] = "{}"
    for state, made in (("FAILED", steps), ("waits", wait)):
        document = json.dumps({"name": state, "steps": made, "max_retries": 0})
        with as_tenant(room.app, A) as conn:
            conn.execute("select from pbdb.apply_playbook(%s::jsonb)", (document,))
            row = conn.execute("select pbdb.start_playbook(%s, '{\"x\": 1}')", (state,)).fetchone()
        assert row is not None
        values[f"p_execution_id {state}"] = str(row[0])
    for state in STATES:
        values[f"p_execution_ids {state}"] = f"{{{values[f'p_execution_id {state}']}}}"
    return values


def break_(owner: Connection) -> None:
    """Break the doors: nothing is too large and everything can be read."""
    owner.execute(
        "create or replace function pbdb._value_problem(p_value jsonb) returns text"
        " language sql immutable begin atomic select null::text; end"
    )
    owner.execute(
        "create or replace function pbdb._cap_row() returns trigger language plpgsql"
        " as $$ begin return new; end $$"
    )


def _cast(value: Any, kind: str) -> sql.Composed:
    return sql.SQL("cast({} as {})").format(sql.Literal(value), sql.SQL(kind))


def _hostile(usual: Any, kind: str) -> Iterator[tuple[str, Any]]:
    """Hostile values of a type, by what they are called; also inside of the usual value."""
    element = kind.replace("pg_catalog._", "pg_catalog.")
    yield "SQL null", None
    if element != kind:
        yield from _arrays(usual, element)
    elif kind == "pg_catalog.text":
        yield from TEXTS.items()
    elif kind == "pg_catalog.jsonb":
        yield from VALUES.items()
        if usual not in (None, "{}"):
            yield from _inside(json.loads(usual))
    elif kind in ("pg_catalog.int4", "pg_catalog.float8", "pg_catalog.float4"):
        yield from (("the least", "-2147483648"), ("the most", "2147483647"))
        if kind != "pg_catalog.int4":
            yield from (("NaN", "NaN"), ("infinity", "Infinity"))
    elif kind == "pg_catalog.timestamptz":
        yield from (("infinity", "infinity"), ("-infinity", "-infinity"), ("year", "294276-01-01"))


def _arrays(usual: Any, element: str) -> Iterator[tuple[str, Any]]:
    texts = {"pg_catalog.text": TEXTS, "pg_catalog.jsonb": VALUES}.get(element, {})
    for what, text in texts.items():
        yield f"one that is {what}", [text]
    one = {
        "pg_catalog.uuid": str(uuid.uuid4()), "pg_catalog.jsonb": "{}", "pg_catalog.text": "x",
        "pg_catalog.float4": "0.5", "pg_catalog.float8": "0.5", "pg_catalog.timestamptz": "now",
    }.get(element, "RUNNING")  # fmt: skip
    yield "100,000 of them", [one] * MANY
    yield "two dimensions", [[one, one], [one, one]]
    yield "nulls", [None, None]
    yield "none", []


def _inside(value: Any) -> Iterator[tuple[str, str]]:
    """The value with each of its members replaced by hostile ones."""
    marks = {f"mark{n}": text for n, text in enumerate(VALUES.values())}
    for path in _paths(value):
        for (mark, text), what in zip(marks.items(), VALUES, strict=True):
            whole = json.dumps(_with(value, path, mark)).replace(f'"{mark}"', text)
            yield f"{'.'.join(map(str, path))} = {what}", whole


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members: Iterable[tuple[Any, Any]] = []
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for key, member in members:
        yield (*path, key)
        yield from _paths(member, (*path, key))


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = _with(value[path[0]], path[1:], new)
    return copied


def _bad_answer(error: psycopg.Error) -> Iterator[str]:
    code = error.sqlstate or "XX000"
    parts = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
    message = " ".join(part for part in parts if part)
    said = f"{code} {message[:200]!r}"
    if code.startswith(BROKEN):
        yield f"it broke: {said}"
    elif not code.startswith("PB") and code not in NOT_OF_THE_TYPE:
        yield f"it did not say what is wrong: {said}"
    if len(message) > LONGEST_MESSAGE:
        yield f"the error has {len(message)} characters: {said}"


def _unreadable(conn: Connection) -> Iterator[str]:
    """What is stored now and cannot be read by a runner, or is larger than any limit."""
    for table, column, kind in conn.execute(COLUMNS).fetchall():
        where = sql.SQL("octet_length({0}::text) > 1000").format(sql.Identifier(column))
        query = sql.SQL("select {0}::text from {1} where {2}").format(
            sql.Identifier(column), sql.Identifier("pbdb", table), where
        )
        for (text,) in conn.execute(query).fetchall():
            if len(text) > LARGEST:
                yield f"{table}.{column} holds {len(text)} characters"
            if kind == "jsonb":
                try:
                    json.loads(text)
                except (ValueError, RecursionError) as error:
                    yield f"{table}.{column} cannot be read: {error!r}"
            elif column in ("name", "execution_name", "step_name") and len(text) > 255:
                yield f"{table}.{column} is a name of {len(text)} characters"


COLUMNS: Final = """
select c.relname, a.attname, t.typname
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
where c.relnamespace = 'pbdb'::regnamespace and c.relkind = 'r'
    and t.typname in ('jsonb', 'text', 'varchar', '_text', '_jsonb')
"""
