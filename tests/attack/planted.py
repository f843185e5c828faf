"""Nothing that a caller plants in its session runs as somebody else.

A login may make temporary types, tables, views, functions and operators, and names of types and
relations are looked up among them. Each login of each group plants things that are named like all
that pbdb uses, and that say so when they run as another role; then it calls every function that it
may call, and reads and writes every table that it may.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from attack.queries import A, Arena, arena
from attack.report import Report
from build import as_tenant
from server import LOGINS, Server

Connection = psycopg.Connection[Any]

ROLES: Final = ("app", "worker", "monitor", "stranger")
MARK: Final = "PLANTED"
# As a domain's check, a view's column, a function and an operator: it says as whom it runs. Called
# immutable, so that planning computes it.
EVIL: Final = f"""
create function pg_temp.evil() returns pg_catalog.bool language plpgsql immutable as $$
begin
    if current_user <> session_user then
        raise warning '{MARK} %', current_user;
    end if;
    return true;
end $$;
"""
# Those that pbdb's functions name most; the whole form plants each of them by itself too.
USUAL: Final = (
    "text", "jsonb", "uuid", "int4", "int8", "bool", "numeric", "timestamptz", "record", "interval",
    "float8", "regclass", "_text", "_uuid", "_jsonb", "name", "oid", "xid8", "refcursor", "jsonpath",
)  # fmt: skip
FUNCTIONS: Final = {
    "now()": "pg_catalog.timestamptz 'epoch'",
    "clock_timestamp()": "pg_catalog.timestamptz 'epoch'",
    "gen_random_uuid()": "pg_catalog.uuid '00000000-0000-0000-0000-000000000000'",
    "current_organization_id()": "pg_catalog.uuid '0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b'",
    "require_organization()": "pg_catalog.uuid '0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b'",
    "set_config(pg_catalog.text, pg_catalog.text, pg_catalog.bool)": "pg_catalog.text 'x'",
    "current_setting(pg_catalog.text, pg_catalog.bool)": "pg_catalog.text 'x'",
    "jsonb_typeof(pg_catalog.jsonb)": "pg_catalog.text 'x'",
    "format(pg_catalog.text)": "pg_catalog.text 'x'",
    "to_jsonb(pg_catalog.text)": "pg_catalog.jsonb '1'",
}
OPERATORS: Final = {
    "=": ("text", "uuid", "int4", "jsonb"),
    "->>": ("jsonb",),
    "||": ("text", "jsonb"),
    "<>": ("text",),
}
# What queries of a playbook could reach by name: they run as pbdb_query.
QUERIES: Final = {
    "calls": "select pg_temp.evil()",
    "casts": "select 'x'::pg_temp.planted",
    "reads": "select * from planted_view",
    "reads one named like a table": "select * from pg_temp.orders",
}


@dataclass(slots=True)
class Planter:
    """One login's session with planted things in it, and what ran as somebody else."""

    arena: Arena
    role: str
    values: dict[str, Any]
    found: list[str] = field(default_factory=list)
    calls: int = 0

    def attack(self, names: tuple[str, ...] | None) -> None:
        """Plant domains of these names, None for every name there is, and do all that one may."""
        with self.arena.database.connect(self.role, prepare_threshold=None) as conn:
            heard: list[str] = []
            conn.add_notice_handler(lambda note: heard.append(note.message_primary or ""))
            self._plant(conn, names)
            for what, query in self._actions(conn):
                self.calls += 1
                try:
                    with conn.transaction(force_rollback=True):
                        conn.execute(
                            "select pg_catalog.set_config('app.current_organization_id', "
                            f"'{A}', true)"
                        )
                        conn.execute(query)
                except psycopg.Error as error:
                    if conn.closed:
                        raise
                    heard.append(str(error))
                ran = sorted({said for said in heard if said.startswith(MARK)})
                self.found += [f"{self.role}, {names or 'all'}: {what}: {said}" for said in ran]
                heard.clear()

    def _plant(self, conn: Connection, names: tuple[str, ...] | None) -> None:
        """Make what may be made; a stranger may as well, unless TEMP is withdrawn."""
        conn.execute(EVIL.encode())
        types = conn.execute(
            "select t.typname from pg_type as t where t.typtype = 'b'"
            " and t.typnamespace = 'pg_catalog'::regnamespace and t.typname <> 'pg_node_tree'"
        ).fetchall()
        planted = [name for (name,) in types] if names is None else list(names)
        known = {name for (name,) in types}
        for name in [*planted, "planted"]:
            base = name if name in known else "text"
            _try(
                conn, "create domain pg_temp.{} as pg_catalog.{} check (pg_temp.evil())", name, base
            )
        relations = conn.execute(
            "select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname = 'pbdb' and c.relkind in ('r', 'v') or n.nspname = 'pg_catalog'"
            " and c.relkind in ('r', 'v') or c.relname = 'orders'"
        ).fetchall()
        for (name,) in [*relations, ("planted_view",)] if names is None else [("planted_view",)]:
            _try(conn, "create view pg_temp.{} as select pg_temp.evil() as evil", name)
            _try(conn, "grant all on pg_temp.{} to public", name)
        for signature, value in FUNCTIONS.items():
            kind, _, literal = value.partition(" ")
            _run(
                conn,
                f"create function pg_temp.{signature} returns {kind} language plpgsql as $$ begin"
                f" perform pg_temp.evil(); return {kind} {literal}; end $$",
            )
        for operator, kinds in OPERATORS.items():
            for kind in kinds:
                _run(
                    conn,
                    f"create function pg_temp.op(pg_catalog.{kind}, pg_catalog.{kind})"
                    " returns pg_catalog.bool language sql as 'select pg_temp.evil()'",
                )
                _run(
                    conn,
                    f"create operator pg_temp.{operator} (function = pg_temp.op,"
                    f" leftarg = pg_catalog.{kind}, rightarg = pg_catalog.{kind})",
                )
        conn.execute("set search_path = pg_temp, pbdb, public")

    def _actions(self, conn: Connection) -> Iterator[tuple[str, sql.Composed]]:
        yield from self._function_calls()
        yield from self._statements()
        for name, text in QUERIES.items():
            document = json.dumps(_document(f"again {name}", text))
            check = sql.SQL("select * from pbdb.check_playbook({}::pg_catalog.jsonb)")
            yield f"a check of a query that {name}", check.format(document)
            run = sql.SQL(
                "select pbdb.run_playbook({}) from pbdb.apply_playbook({}::pg_catalog.jsonb)"
            )
            yield f"a query that {name}", run.format(f"again {name}", document)

    def _function_calls(self) -> Iterator[tuple[str, sql.Composed]]:
        """Every function that one may call, with all of its arguments, and with those it needs."""
        calls = functions(self.arena.owner, LOGINS[self.role])
        for name, arguments, required in calls:
            for count in sorted({len(arguments), required}):
                given = [
                    sql.SQL("cast({} as {})").format(
                        sql.Literal(argument(self.values, *each)), sql.SQL(each[1])
                    )
                    for each in arguments[:count]
                ]
                call = sql.SQL("select * from pbdb.{}({})").format(
                    sql.Identifier(name), sql.SQL(", ").join(given)
                )
                yield f"{name}/{count}", call

    def _statements(self) -> Iterator[tuple[str, sql.Composed]]:
        """Statements on every table: policies, checks, defaults and triggers run in them."""
        for (table,) in self.arena.owner.execute(
            "select relname from pg_class where relnamespace = 'pbdb'::regnamespace"
            " and relkind in ('r', 'v')"
        ).fetchall():
            name = sql.Identifier("pbdb", table)
            yield f"select {table}", sql.SQL("select * from {}").format(name)
            yield f"insert {table}", sql.SQL("insert into {} default values").format(name)
            yield f"delete {table}", sql.SQL("delete from {}").format(name)
            for (column,) in self.arena.owner.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
                " and not attisdropped and attgenerated = ''"
                " and has_column_privilege('pbdb_app', attrelid, attnum, 'update')",
                (f"pbdb.{table}",),
            ).fetchall():
                update = sql.SQL("update {} set {} = {}").format(
                    name, sql.Identifier(column), sql.Identifier(column)
                )
                yield f"update {table}.{column}", update
        yield (
            "insert playbooks",
            sql.SQL(
                "insert into pbdb.playbooks (organization_id, name) values ({}, 'planted')"
            ).format(str(A)),
        )


def functions(owner: Connection, login: str) -> list[tuple[str, list[tuple[str, str]], int]]:
    """Every function that a login may call: name, [argument, type], and how many are needed."""
    return owner.execute(
        """
        select p.proname,
            array(
                select array[p.proargnames[n], format('%%I.%%I', s.nspname, t.typname)]
                from unnest(p.proargtypes::oid[]) with ordinality as a (type, n)
                join pg_type as t on t.oid = a.type
                join pg_namespace as s on s.oid = t.typnamespace order by n
            ),
            p.pronargs - p.pronargdefaults
        from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace and p.prokind = 'f'
            and p.prorettype <> 'trigger'::regtype
            and has_function_privilege(%s, p.oid, 'execute')
        order by p.proname
        """,
        (login,),
    ).fetchall()


def argument(values: dict[str, Any], name: str, kind: str) -> Any:
    """A value that leads far into a function: one of ours by its name, else by its type."""
    if f"{name} {kind}" in values or name in values:
        return values.get(f"{name} {kind}", values.get(name))
    if kind.startswith("pg_catalog._"):
        return "{}"
    return {
        "pg_catalog.uuid": str(uuid.uuid4()), "pg_catalog.jsonb": "{}",
        "pg_catalog.int4": "1", "pg_catalog.bool": "true", "pg_catalog.float8": "0.5",
        "pg_catalog.float4": "0.5", "pg_catalog.timestamptz": "2030-01-01 00:00+00",
        "pg_catalog.text": "x",
    }.get(kind)  # fmt: skip


def attack(server: Server, *, is_whole: bool) -> Report:
    """Each role with everything planted, then each usual name by itself; and with '' as the path."""
    report = Report("planted objects")
    alone = [(name,) for name in USUAL] if is_whole else []
    with arena(server) as room:
        values = furnish(room)
        for role in ROLES:
            planter = plant(room, role, values, None, USUAL, *alone)
            report.tried[f"calls as {role}"] += planter.calls
            report.found += planter.found
    with arena(server) as room:
        values = furnish(room)
        break_(room.owner)
        seen = [
            len(plant(room, role, values, *alone, ("jsonb",), ("text",)).found)
            for role in ("app", "worker")
        ]
    # A control that is blind for one of the two that change things is blind.
    report.control = sum(seen) if all(seen) else 0
    return report


def plant(
    room: Arena, role: str, values: dict[str, Any], *plants: tuple[str, ...] | None
) -> Planter:
    """Let one role plant each of these and call everything."""
    planter = Planter(room, role, values)
    for names in plants:
        planter.attack(names)
    return planter


def furnish(room: Arena) -> dict[str, Any]:
    """Give tenant A something of everything; values for arguments, by their names."""
    _queue_queries(room)
    steps = [
        {"name": "shape", "type": "DATA_TRANSFORM", "config": {"output": {"n": "$input.n"}}},
        {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"function": "f"}},
        {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?", "event": "e"}},
    ]
    document = {"name": "all", "steps": steps}
    with as_tenant(room.app, A) as conn:
        row = conn.execute(
            "select playbook_id from pbdb.apply_playbook(%s)", (Jsonb(document),)
        ).fetchone()
        assert row is not None
        for _ in range(3):
            conn.execute("select pbdb.start_playbook('all', '{\"n\": 1}')")
    with room.database.connect("worker") as worker:
        worker.execute("select pbdb.register_embedding_model('small', 3, true)")
        claimed = worker.execute(
            "select step_result_id, token, execution_id"
            " from pbdb.claim_playbook_steps('w1', '{CUSTOM_FUNCTION}', 1)"
        ).fetchone()
    assert claimed is not None
    result, token, execution = (str(each) for each in claimed)
    return {
        "p_playbook_id": str(row[0]), "p_execution_id": execution, "p_name": "all",
        "p_playbook_name": "all", "p_document": json.dumps(document), "p_worker": "w1",
        "p_step_result_id": result, "p_token": token, "p_step_result_ids": f"{{{result}}}",
        "p_tokens": f"{{{token}}}", "p_outputs": "{1}", "p_errors": '{"{\\"code\\": \\"X\\"}"}',
        "p_handlers": "{CUSTOM_FUNCTION,DATABASE_QUERY}", "p_inputs": '{"{\\"n\\": 1}"}',
        "p_organization_id": str(A), "p_status": "RUNNING", "p_statuses": "{RUNNING}",
        "p_limit": "10", "p_lease_seconds": "60", "p_usages": None, "p_mode": "text",
        "p_embedding": None, "p_template": '"Hi {{ name }}"', "p_contents": "{one}",
        "p_schedule": "0 9 * * *", "p_time_zone": "UTC", "p_step_name": "ask", "p_metadata": "{}",
        "p_event_name": None, "p_model": "small", "p_dimensions": "3", "p_trigger_source": "manual",
        "p_outputs pg_catalog.jsonb": "{}", "p_event_match": None,
    }  # fmt: skip


def _queue_queries(room: Arena) -> None:
    """Let the queries that name planted things wait for whoever calls run_due_sql_steps.

    They only pass their check in a session in which such things are.
    """
    with room.database.connect("app") as conn:
        conn.execute(EVIL.encode())
        conn.execute("create domain pg_temp.planted as text check (pg_temp.evil())")
        with as_tenant(conn, A):
            for name, text in QUERIES.items():
                document = Jsonb(_document(f"planted {name}", text))
                conn.execute("select from pbdb.apply_playbook(%s)", (document,))
                conn.execute("select pbdb.start_playbook(%s)", (f"planted {name}",))


def _document(name: str, text: str) -> dict[str, Any]:
    step = {"name": "ask", "type": "DATABASE_QUERY", "config": {"query": text}, "max_retries": 0}
    return {"name": name, "steps": [step]}


def break_(owner: Connection) -> None:
    """Break every function in the way that they once were: '' searches pg_temp first for types."""
    for (function,) in owner.execute(
        "select oid::regprocedure::text from pg_proc"
        " where pronamespace = 'pbdb'::regnamespace and prosqlbody is null and prokind = 'f'"
    ).fetchall():
        owner.execute(f"alter function {function} set search_path = ''".encode())
    owner.execute(
        "create or replace function pbdb._temporary_code() returns text"
        " language sql stable begin atomic select null::text; end"
    )


def _try(conn: Connection, statement: str, *names: str) -> None:
    composed = sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
    _run(conn, composed)


def _run(conn: Connection, statement: str | sql.Composed) -> None:
    """Run what may be refused: some names can stand for one kind of thing only."""
    query = statement.encode() if isinstance(statement, str) else statement
    try:
        conn.execute(query)
    except psycopg.Error:
        if conn.closed:
            raise
