"""Where pgvector is, and what the installer may do."""

from __future__ import annotations

import uuid

import psycopg
import pytest

import server as servers
from pbdb.install import migrate
from server import Database


def test_an_extension_in_another_schema_is_used_where_it_is(empty_database: Database) -> None:
    with empty_database.connect("owner") as owner:
        owner.execute("create schema extensions")
        owner.execute("create extension vector schema extensions")
    servers.create_schema(empty_database.server, empty_database.name)
    servers_logins(empty_database)
    with empty_database.connect("owner") as owner:
        owner.execute("select pbdb.register_embedding_model('m', 3)")
        owner.execute("select pbdb.create_memory_index('m')")
    with empty_database.connect("app") as app, app.transaction():
        app.execute("select pbdb.set_organization(%s)", (uuid.uuid4(),))
        app.execute("select pbdb.store_memory('a word', array[1,0,0]::real[])")
        for mode in ("vector", "text", "hybrid"):
            found = app.execute(
                "select content from pbdb.search_memories('word', array[1,0,0]::real[], "
                "p_mode => %s)",
                (mode,),
            )
            assert found.fetchall() == [("a word",)], mode
        for name in ("_nearest_by_signature", "_nearest_by_graph"):
            assert found_as_owner(empty_database, name) == 0


def servers_logins(database: Database) -> None:
    with database.server.admin() as conn:
        servers.create_logins(conn)


def found_as_owner(database: Database, function: str) -> int:
    """Call one way of searching directly; returns how many rows another tenant gets."""
    rest = ", '{}'" if function == "_nearest_by_signature" else ""
    with database.connect("owner") as owner:
        owner.execute("set role pbdb_owner")
        rows = owner.execute(
            f"select from pbdb.{function}(gen_random_uuid(), pbdb._find_embedding_model('m'), "
            f"array[1,0,0]::real[], null, 10{rest})"
        ).fetchall()
    return len(rows)


def test_an_installer_who_may_not_create_the_extension_learns_whom_to_ask(
    empty_database: Database,
) -> None:
    name = f"test_installer_{uuid.uuid4().hex[:8]}"
    with empty_database.connect("owner") as owner:
        owner.execute(f"create role {name}")
        try:
            owner.execute(f"grant create on database {empty_database.name} to {name}")
            owner.execute(f"set role {name}")
            migration = next(
                file for file in migrate.migration_files() if file.stem == "0005.memory"
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
                owner.execute(migration.read_bytes())
            assert "superuser" in (caught.value.diag.message_hint or "")
        finally:
            owner.execute("reset role")
            owner.execute(f"drop owned by {name}")
            owner.execute(f"drop role {name}")
