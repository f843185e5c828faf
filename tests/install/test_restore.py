"""A restored database lets no tenant's query run as whoever restored it, and says how to go on."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from build import as_tenant
from docs.pages import blocks
from pbdb.install import embedded, verify
from server import PASSWORD, Database, Server, environment, fresh_database

Connection = psycopg.Connection[Any]

A, B = uuid.UUID("0a" * 16), uuid.UUID("0b" * 16)
QUERY = "select current_user as me, organization_id, name from pbdb.playbooks"


@pytest.fixture
def dumped(database: Database, owner: Connection, app: Connection) -> Database:
    """A database in which A has a secret and B asks for all playbooks that there are."""
    for organization, name, kind, config in (
        (A, "secret of A", "DATA_TRANSFORM", {"output": 1}),
        (B, "ask", "DATABASE_QUERY", {"query": QUERY}),
        (B, "plain", "DATABASE_QUERY", {"query": "select current_user as me"}),
    ):
        step = {"name": "q", "type": kind, "config": config, "max_retries": 0}
        with as_tenant(app, organization):
            document = Jsonb({"name": name, "steps": [step]})
            app.execute("select pbdb.apply_playbook(%s)", (document,))
    return database


@pytest.fixture
def copy(server: Server, dumped: Database) -> Iterator[Database]:
    """An empty database of the same cluster, with the extension, to restore into."""
    with fresh_database(server, empty=True) as fresh, fresh.connect("owner") as conn:
        conn.execute("create extension vector")
        yield fresh


@pytest.fixture
def installer(server: Server, copy: Database) -> Iterator[str]:
    """A login that installs and is no superuser."""
    name = f"installer_{uuid.uuid4().hex[:8]}"
    with server.admin() as admin:
        login, target = sql.Identifier(name), sql.Identifier(copy.name)
        admin.execute(
            sql.SQL("create role {} login createrole password {}").format(login, PASSWORD)
        )
        for role in ("pbdb_owner", "pbdb_query"):
            admin.execute(
                sql.SQL("grant {} to {} with admin true, set true, inherit true").format(
                    sql.Identifier(role), login
                )
            )
        admin.execute(sql.SQL("grant create on database {} to {}").format(target, login))
        yield name
        with copy.connect("owner") as conn:
            conn.execute(sql.SQL("reassign owned by {} to current_user").format(login))
            conn.execute(sql.SQL("drop owned by {}").format(login))
        admin.execute(sql.SQL("drop role {}").format(login))


def restore(source: Database, target: Database, *options: str, login: str = "owner") -> None:
    """Dump and restore as pg_dump and pg_restore do, which go on after an error."""
    version = source.server.version
    dump = subprocess.run(
        [embedded.tool("pg_dump", version), "--format=custom", source.url("owner")],
        check=True, capture_output=True, env=environment(source.url("owner")),
    ).stdout  # fmt: skip
    subprocess.run(
        [embedded.tool("pg_restore", version), *options, f"--dbname={target.url(login)}"],
        check=False, capture_output=True, input=dump, env=environment(target.url(login)),
    )  # fmt: skip


def ask(conn: Connection, name: str) -> tuple[str, Any, str]:
    """Status, output and error of B's query in this database."""
    with as_tenant(conn, B):
        row = conn.execute("select pbdb.start_playbook(%s)", (name,)).fetchone()
    conn.execute("select pbdb.run_due_sql_steps()")
    found = conn.execute(
        "select status::text, output_data, error_message from pbdb.playbook_executions"
        " where id = %s",
        row,
    ).fetchone()
    assert found is not None
    return found[0], found[1], str(found[2])


def wrong(conn: Connection) -> list[str]:
    return [check.name for check in verify.verify(conn) if not check.is_ok]


def go_on(conn: Connection, target: Database) -> None:
    """Run what the page says, as psql does."""
    (text,) = [
        block.text for block in blocks("docs/operations.md") if "_explain_as_tenant" in block.text
    ]
    psql = embedded.tool("psql", target.server.version)
    subprocess.run(
        [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1"],
        check=True, capture_output=True, input=text.encode(), env=environment(target.url("owner")),
    )  # fmt: skip


def test_a_superusers_restore_is_as_it_was(dumped: Database, copy: Database) -> None:
    restore(dumped, copy)

    with copy.connect("owner") as conn:
        assert wrong(conn) == []
        assert ask(conn, "plain")[:2] == ("COMPLETED", _rows(me="pbdb_query"))
        assert "permission denied" in ask(conn, "ask")[2]


def test_after_a_restore_without_owners_no_query_runs_until_they_have_them(
    dumped: Database, copy: Database
) -> None:
    restore(dumped, copy, "--no-owner")

    with copy.connect("owner") as conn:
        _refuses_and_says_so(conn)
        go_on(conn, copy)
        _is_as_it_was(conn)


def test_after_a_restore_by_an_installer_no_query_runs_until_the_owner_is_right(
    dumped: Database, copy: Database, installer: str
) -> None:
    restore(dumped, copy, login=installer)

    with copy.connect("owner") as conn:
        _refuses_and_says_so(conn)
        for check in verify.verify(conn):
            if check.name.endswith("belongs to pbdb_query"):
                conn.execute(check.fix.encode())
        assert ask(conn, "plain")[:2] == ("COMPLETED", _rows(me="pbdb_query"))
        assert "permission denied" in ask(conn, "ask")[2]
        go_on(conn, copy)
        _is_as_it_was(conn)


def _refuses_and_says_so(conn: Connection) -> None:
    for name in ("plain", "ask"):
        status, output, message = ask(conn, name)
        assert (status, output) == ("FAILED", None)
        assert "no query runs while _query_as_tenant belongs to" in message
    assert "function _query_as_tenant belongs to pbdb_query" in wrong(conn)
    assert "function _explain_as_tenant belongs to pbdb_query" in wrong(conn)


def _is_as_it_was(conn: Connection) -> None:
    assert wrong(conn) == []
    assert ask(conn, "plain")[:2] == ("COMPLETED", _rows(me="pbdb_query"))
    assert "permission denied" in ask(conn, "ask")[2]


def _rows(**row: Any) -> dict[str, Any]:
    return {"rows": [row], "row_count": 1, "truncated": False}
