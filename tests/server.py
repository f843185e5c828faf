"""The servers that tests run on, the migrated template and its clones. Fixtures: conftest.py."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pytest_postgresql.janitor import DatabaseJanitor

from pbdb.dev import freeze
from pbdb.install import migrate
from pbdb.install.embedded import temporary_server
from pbdb.install.files import load_order

PASSWORD = "test"
# Who logs in as what. Two logins of a kind, because leases and locks are between sessions.
LOGINS = {
    "app": "test_app",
    "app_two": "test_app_two",
    "worker": "test_worker",
    "worker_two": "test_worker_two",
    "monitor": "test_monitor",
    "stranger": "test_stranger",
}
GROUPS = {
    "app": "pbdb_app",
    "app_two": "pbdb_app",
    "worker": "pbdb_worker",
    "worker_two": "pbdb_worker",
    "monitor": "pbdb_monitor",
}
# Any number that nobody else uses: one process at a time builds the template.
_TEMPLATE_LOCK = 7_061_626_201


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server that tests may do anything to; `conninfo` is a superuser's."""

    conninfo: str
    run: str

    @property
    def version(self) -> int:
        """The major version."""
        with self.admin() as conn:
            return conn.info.server_version // 10000

    def url(self, database: str, role: str = "owner") -> str:
        """Return the conninfo for a database as `owner` (superuser), `app`, … or any login."""
        if role == "owner":
            return make_conninfo(self.conninfo, dbname=database)
        login = LOGINS.get(role, role)
        return make_conninfo(self.conninfo, dbname=database, user=login, password=PASSWORD)

    def admin(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect as superuser to the maintenance database, in autocommit."""
        return psycopg.connect(self.conninfo, autocommit=True)

    @property
    def template(self) -> str:
        return f"pbdb_template_{self.run}"

    def janitor(
        self, database: str, *, template: str | None = None, as_template: bool = False
    ) -> _Janitor:
        """Return who creates and drops this database; one that is not there is dropped already."""
        words = conninfo_to_dict(self.conninfo)
        return _Janitor(
            user=str(words.get("user", "postgres")),
            host=str(words.get("host", "")),
            port=str(words.get("port", 5432)),
            password=None if words.get("password") is None else str(words["password"]),
            dbname=database,
            template_dbname=template,
            as_template=as_template,
        )


class _Janitor(DatabaseJanitor):
    """Creates databases by copying files: a third of the cost of the default, in a run of 6,000."""

    def _build_create_database_sql(self) -> sql.Composed:
        return super()._build_create_database_sql() + sql.SQL(" STRATEGY file_copy")


@dataclass(slots=True)
class Servers:
    """The servers of one test run: started on first use, by the process that owns the run."""

    external: str | None = None
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:6])
    known: dict[str, Server] = field(default_factory=dict)
    _started: ExitStack = field(default_factory=ExitStack)

    def get(self, name: str) -> Server:
        """Return the server `pg16`, `pg18` or `external`."""
        if name not in self.known:
            self.known[name] = Server(self._start(name), self.run)
        return self.known[name]

    def _start(self, name: str) -> str:
        if self.external is not None:
            return make_conninfo(self.external)
        server = self._started.enter_context(temporary_server(int(name.removeprefix("pg"))))
        return make_conninfo(server.url())

    def close(self) -> None:
        if self.external is not None:
            for server in self.known.values():
                server.janitor(server.template, as_template=True).drop()
        self._started.close()


def build_template(server: Server) -> None:
    """Build the migrated template database once per run, whoever comes first."""
    with server.admin() as conn:
        conn.execute("select pg_advisory_lock(%s)", (_TEMPLATE_LOCK,))
        known = "select 1 from pg_database where datname = %s"
        if conn.execute(known, (server.template,)).fetchone():
            return
        name = f"{server.template}_building"
        building = server.janitor(name, template="template0", as_template=True)
        building.drop()
        building.init()
        create_schema(server, name)
        create_logins(conn)
        conn.execute(
            sql.SQL("alter database {} rename to {}").format(
                sql.Identifier(name), sql.Identifier(server.template)
            )
        )


def create_schema(server: Server, database: str) -> None:
    """Run the migrations as psql would; while sql/ is ahead of them, those of state and sql/.

    So a forgotten `make freeze` fails the one test that says so. PBDB_TEST_LOAD=1 insists on sql/.
    yoyo ends in the same catalog (tests/migrations), but takes seconds to split the code.
    """
    url = server.url(database)
    from_sql = bool(os.environ.get("PBDB_TEST_LOAD") or freeze.check())
    for file in migrate.migration_files():
        if not (from_sql and ".code-" in file.name):
            run_file(url, file)
    if from_sql:
        load_behaviour(url)


def run_file(url: str, file: Path) -> None:
    """Run one migration as psql would: one transaction, no bookkeeping."""
    with psycopg.connect(url) as conn:
        conn.execute(file.read_bytes())


def load_behaviour(url: str) -> None:
    """Run every file that sql/load.sql names, as the role that frozen migrations use."""
    with psycopg.connect(url) as conn:
        conn.execute("set local plpgsql.extra_errors = 'shadowed_variables'")
        conn.execute("set local role pbdb_owner")
        for file in load_order():
            try:
                conn.execute(file.read_bytes())
            except psycopg.Error as error:
                error.add_note(f"while loading {file}")
                raise


def create_logins(conn: psycopg.Connection[Any]) -> None:
    """Create the login roles of the tests and make them members of the groups."""
    for kind, login in LOGINS.items():
        name = sql.Identifier(login)
        if not conn.execute("select 1 from pg_roles where rolname = %s", (login,)).fetchone():
            conn.execute(
                sql.SQL("create role {} login password {}").format(name, sql.Literal(PASSWORD))
            )
        if kind in GROUPS:
            group = sql.Identifier(GROUPS[kind])
            conn.execute(sql.SQL("grant {} to {}").format(group, name))


@dataclass(frozen=True, slots=True)
class Database:
    """A fresh database with everything in it, for one test."""

    server: Server
    name: str

    def url(self, role: str = "app") -> str:
        """Return the conninfo to connect as `app`, `worker`, `monitor`, `owner`, …"""
        return self.server.url(self.name, role)

    def connect(self, role: str = "app", **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """Open a session as this role, in autocommit; the caller closes it."""
        return psycopg.connect(self.url(role), **{"autocommit": True, **options})


@contextmanager
def fresh_database(server: Server, *, empty: bool = False) -> Iterator[Database]:
    """Yield a clone of the template, which exists, or an empty database; drop it afterwards."""
    name = f"pbdb_test_{server.run}_{uuid.uuid4().hex[:10]}"
    with server.janitor(name, template="template0" if empty else server.template):
        # A clone does not inherit the settings of its template.
        with server.admin() as conn:
            conn.execute(migrate.search_path_statement(name).encode())
        yield Database(server, name)


def environment(url: str) -> dict[str, str]:
    """Return the PG* variables of a conninfo, for the command line tools."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
             "dbname": "PGDATABASE"}  # fmt: skip
    words = conninfo_to_dict(url)
    return {**os.environ, **{env: str(words[key]) for key, env in names.items() if key in words}}
