"""The text of a DATABASE_QUERY is checked when its playbook is, as pbdb_query, and not run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from server import Server, fresh_database

Connection = psycopg.Connection[Any]

# Text, mode and params; severity and code of what is wrong, or nothing.
FOUND: list[tuple[str, str, list[Any], list[tuple[str, str]]]] = [
    ("select * from orders where id = $1::int", "read", ["$input.id"], []),
    ("select 1;", "read", [], []),
    ("values (1), (2)", "read", [], []),
    ("insert into orders (note) values ($1) returning id", "write", ["x"], []),
    ("with i as (delete from orders returning id) table i", "write", [], []),
    ("select $1 is null", "read", ["x"], []),
    ("select '{{1,2},{3,4}}'::int[]", "read", [], []),
    # wrong names and types
    ("select * from nothing", "read", [], [("error", "QUERY_INVALID")]),
    ("select * from nowhere.orders", "read", [], [("error", "QUERY_INVALID")]),
    ("select nothing from orders", "read", [], [("error", "QUERY_INVALID")]),
    ("select nothing(1)", "read", [], [("error", "QUERY_INVALID")]),
    ("select 1::nothing", "read", [], [("error", "QUERY_INVALID")]),
    ("select * from orders where id = $1", "read", ["1"], [("error", "QUERY_INVALID")]),
    ("select * from orders where id = 'one'", "read", [], [("error", "QUERY_INVALID")]),
    ("select * from orders limit $1", "read", ["1"], [("error", "QUERY_INVALID")]),
    ("select * from orders where", "read", [], [("error", "QUERY_INVALID")]),
    ("select 1 /* and so on", "read", [], [("error", "QUERY_INVALID")]),
    # more than a statement, or none that gives rows
    ("select 1; select 2", "read", [], [("error", "QUERY_INVALID")]),
    ("select 1; drop table orders", "write", [], [("error", "QUERY_INVALID")]),
    ("insert into orders (note) values ('x')", "write", [], [("error", "QUERY_INVALID")]),
    ("select 1 as i into other", "write", [], [("error", "QUERY_INVALID")]),
    # writing where reading was said
    (
        "insert into orders (note) values ('x') returning id",
        "read",
        [],
        [("error", "QUERY_INVALID")],
    ),
    (
        "with i as (delete from orders returning id) table i",
        "read",
        [],
        [("error", "QUERY_INVALID")],
    ),
    ("select * from orders for update", "read", [], [("error", "QUERY_INVALID")]),
    # values that are not bound
    ("select '{{ input.id }}'", "read", [], [("error", "QUERY_TEMPLATED")]),
    ("select * from orders where id = {{ id }}", "read", [], [("error", "QUERY_TEMPLATED")]),
    ("select {{#ids}}1{{/ids}}", "read", [], [("error", "QUERY_TEMPLATED")]),
    ("select $1, $2", "read", ["x"], [("error", "PARAMETER_UNBOUND")]),
    ("select $1", "read", [], [("error", "PARAMETER_UNBOUND")]),
    ("select '$1', $$ $2 $$, \"$3\" from (select 1 as \"$3\") as s -- $4", "read", [], []),
    ("select 1 /* $1 */ as a$2", "read", [], []),
    ("select e'\\'$1', '''$2'", "read", [], []),
    # what will be so until somebody does something about it
    ("select * from hidden", "read", [], [("warning", "QUERY_NOT_PERMITTED")]),
    ("select * from pbdb.playbooks", "read", [], [("warning", "QUERY_NOT_PERMITTED")]),
    ("explain select 1", "read", [], [("warning", "QUERY_REJECTED")]),
    ("explain analyze create temp table t as select 1", "read", [], [("warning", "QUERY_REJECTED")]),
    ("select pg_advisory_lock(1)", "read", [], [("warning", "QUERY_REJECTED")]),
    # what only running it would show, and what must not run
    ("select 1 / 0", "read", [], []),
    ("select coalesce($1, 'none')::int", "read", ["1"], []),
    ("select 'x' ~ '(x{1,200}){1,200}'", "read", [], []),
    ("select pg_sleep(60)", "read", [], []),
    ("select counted()", "read", [], []),
    ("select set_config('app.mark', 'x', false)", "read", [], []),
]  # fmt: skip


@pytest.fixture(scope="module")
def checker(migrated: Server) -> Iterator[Connection]:
    """A session in a database with a table that queries may use, and one that they may not."""
    with fresh_database(migrated) as database, database.connect("owner") as conn:
        conn.execute(
            "create table public.orders (id int, note text);"
            " grant select, insert, update, delete on public.orders to pbdb_query;"
            " create table public.hidden (id int);"
            " create sequence public.calls; grant usage on sequence public.calls to pbdb_query;"
            " create function public.counted() returns bigint language sql volatile"
            " as 'select nextval(''public.calls'')'"
        )
        yield conn


@pytest.mark.parametrize(("text", "mode", "params", "found"), FOUND, ids=[f[0] for f in FOUND])
def test_a_text_is_checked(
    checker: Connection, text: str, mode: str, params: list[Any], found: list[tuple[str, str]]
) -> None:
    config = Jsonb({"query": text, "mode": mode, "params": params})

    issues = checker.execute(
        "select severity, code, message, hint from pbdb._query_issues(%s)", (config,)
    ).fetchall()

    assert [issue[:2] for issue in issues] == found
    assert all(message and hint for _, _, message, hint in issues)


def test_checking_leaves_nothing_behind_and_runs_nothing(checker: Connection) -> None:
    look = (
        "select (select is_called from public.calls), current_setting('app.mark', true),"
        " (select count(*) from pg_prepared_statements where name !~ '^_pg3'),"
        " (select count(*) from pg_cursors where statement ~ 'explain'), pg_my_temp_schema()"
    )
    before = checker.execute(look).fetchone()

    for text, mode, params, _ in FOUND:
        config = Jsonb({"query": text, "mode": mode, "params": params})
        checker.execute("select from pbdb._query_issues(%s)", (config,))

    assert checker.execute(look).fetchone() == before
    assert checker.execute("select count(*) from public.orders").fetchone() == (0,)


def test_validation_names_the_step_and_activation_refuses(
    app: Connection, organization: Any
) -> None:
    step = {"name": "ask", "type": "DATABASE_QUERY", "config": {"query": "select * from nothing"}}
    with app.transaction():
        app.execute("select pbdb.set_organization(%s)", (organization,))
        row = app.execute(
            "select pbdb.import_playbook(%s)", (Jsonb({"name": "p", "steps": [step]}),)
        ).fetchone()
        assert row is not None
        issues = app.execute(
            "select severity, step_name, code, path from pbdb.validate_playbook(%s)", row
        ).fetchall()
        assert issues == [("error", "ask", "QUERY_INVALID", "config.query")]
        with pytest.raises(psycopg.Error) as refused:
            app.execute("select pbdb.activate_playbook(%s)", row)
    assert refused.value.sqlstate == "PB010"
