"""Whichever way a database got here, it has the same catalog."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from fingerprint import differences, fingerprint
from pbdb.dev import freeze
from pbdb.install import embedded, migrate
from pbdb.install.files import sql_folder
from server import Database, Server, environment, fresh_database

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def expected(migrated: Server) -> list[str]:
    """What `pbdb migrate` makes of an empty database."""
    with fresh_database(migrated, empty=True) as database:
        migrate.apply(database.url("owner"))
        return fingerprint(database.url("owner"))


@pytest.fixture
def psql(empty_database: Database) -> Callable[..., None]:
    """Run psql as a DBA would, in an empty database."""
    url = empty_database.url("owner")

    def run(*arguments: str) -> None:
        subprocess.run(
            [embedded.tool("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments],
            env={**environment(url), "PGOPTIONS": "-c client_min_messages=warning"},
            check=True,
        )

    return run


def test_the_yoyo_command_makes_the_same_catalog(
    empty_database: Database, expected: list[str]
) -> None:
    url = empty_database.url("owner")
    with psycopg.connect(url) as conn:
        conn.execute(f"create schema {migrate.BOOKKEEPING_SCHEMA}")
    yoyo = str(Path(sys.executable).parent / "yoyo")
    subprocess.run(
        [yoyo, "apply", "--no-cache", "--batch", "--database", migrate.yoyo_url(url), "migrations"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    assert differences(expected, fingerprint(url)) == []
    assert all(each.is_applied for each in migrate.status(url))


def test_psql_makes_the_same_catalog_from_the_files(
    empty_database: Database, psql: Callable[..., None], expected: list[str]
) -> None:
    for file in migrate.migration_files():
        psql("-1", "-f", str(file))
    assert differences(expected, fingerprint(empty_database.url("owner"))) == []


def test_psql_makes_the_same_catalog_from_the_printed_script(
    empty_database: Database, psql: Callable[..., None], expected: list[str], tmp_path: Path
) -> None:
    url = empty_database.url("owner")
    script = tmp_path / "script.sql"
    script.write_text(migrate.script())
    psql("-1", "-f", str(script))
    assert differences(expected, fingerprint(url)) == []
    migrate.mark(url, [file.stem for file in migrate.migration_files()])
    assert migrate.apply(url) == []


def test_loading_sql_as_it_is_now_changes_nothing(database: Database, expected: list[str]) -> None:
    """What `make load` does to a migrated database."""
    url = database.url("owner")
    subprocess.run(
        [embedded.tool("psql"), "-X", "-q", "-1", "-f", str(sql_folder() / "load.sql")],
        env={**environment(url), "PGOPTIONS": "-c client_min_messages=warning"},
        check=True,
    )
    assert differences(expected, fingerprint(url)) == []


def test_an_upgrade_from_the_last_release_makes_the_same_catalog(
    empty_database: Database, expected: list[str]
) -> None:
    """Before the first release, an installation that stopped in the middle stands for it."""
    url = empty_database.url("owner")
    files = migrate.migration_files()
    pinned = [file.stem for file in files if file.name in freeze.released()]
    migrate.apply(url, upto=pinned[-1] if pinned else files[len(files) // 2].stem)
    migrate.apply(url)
    assert differences(expected, fingerprint(url)) == []


def test_an_installer_that_is_no_superuser_makes_the_same_catalog(
    server: Server, expected: list[str], bare_server: Server
) -> None:
    """CREATEROLE and CREATE on the database are enough, in a second database of its cluster too."""
    for name in ("first", "second"):
        with bare_server.admin() as conn:
            if name == "first":
                conn.execute("create role installer login createrole password 'test'")
            conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            conn.execute(
                sql.SQL("grant create on database {} to installer").format(sql.Identifier(name))
            )
        with psycopg.connect(bare_server.url(name)) as conn:
            # Managed services let their administrator install it; this server trusts no extension.
            conn.execute("create extension vector with schema public")
        migrate.apply(bare_server.url(name, "installer"))
        assert differences(expected, fingerprint(bare_server.url(name))) == []


@pytest.fixture
def bare_server(server: Server) -> Iterator[Server]:
    """A server of the same version whose cluster has none of pbdb's roles."""
    with embedded.temporary_server(server.version) as fresh:
        yield Server(fresh.url(), "bare")
