"""Apply and roll back the migrations, over yoyo's API.

Every migration is plain SQL, so this module is a convenience: `yoyo apply` and `psql -1 -f` end in
the same catalog. yoyo's bookkeeping lives in the schema `pbdb_migrations` whatever the search path
of the database is; the `yoyo` command finds it there when its URL says `?schema=pbdb_migrations`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import psycopg
import yoyo
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from yoyo.exceptions import LockTimeout

from pbdb.install.files import migrations_folder

BOOKKEEPING_SCHEMA: Final = "pbdb_migrations"
LOCK_SECONDS: Final = 10.0
"""How long to wait for the `yoyo` command; another pbdb is waited for as long as it takes."""

_LOCK: Final = sql.Identifier(BOOKKEEPING_SCHEMA, "one_at_a_time")


_ABOUT: Final = (
    "AI playbook engine: definitions, executions, the engine that advances them, the queue "
    "runners claim from."
)
_MARK: Final = "Text of its migrations: "


class MigrateError(RuntimeError):
    """The migrations could not be applied, rolled back or read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class State:
    """One migration and whether this database has it."""

    id: str
    is_applied: bool


def status(url: str, *, folder: Path | None = None) -> list[State]:
    """Return every migration in order. Creates yoyo's bookkeeping when there is none."""
    with _yoyo(url, folder) as (backend, migrations):
        applied = {each.id for each in backend.to_rollback(migrations)}
        return [State(each.id, each.id in applied) for each in migrations]


def apply(url: str, *, folder: Path | None = None, upto: str | None = None) -> list[str]:
    """Apply what is pending, each in a transaction of its own; return the ids, in order.

    `upto`: stop after this migration. A failing migration leaves those before it applied. Two of
    these at once wait for each other. A database that another text of the migrations made is
    refused.
    """
    with _yoyo(url, folder) as (backend, migrations), backend.lock(LOCK_SECONDS):
        _refuse_another_text(url, backend.to_rollback(migrations))
        pending = backend.to_apply(migrations)
        if len(pending) == len(migrations) and _is_installed(url):
            raise MigrateError(
                "the schema pbdb exists, but no migration is recorded in pbdb_migrations: "
                "record those that psql or yoyo has applied with `pbdb mark`"
            )
        if upto is not None:
            _find(migrations, upto)
            pending = pending.filter(lambda each: each.id <= upto)
        backend.apply_migrations(pending)
        return [each.id for each in pending]


def rollback(url: str, *, folder: Path | None = None, count: int | None = 1) -> list[str]:
    """Undo the newest `count` applied migrations, None for all; return the ids, newest first.

    Refused where another text of the migrations was applied: its rollback is not here.
    """
    with _yoyo(url, folder) as (backend, migrations), backend.lock(LOCK_SECONDS):
        applied = backend.to_rollback(migrations)
        _refuse_another_text(url, applied)
        backend.rollback_migrations(applied[:count])
        return [each.id for each in applied[:count]]


def mark(url: str, ids: Sequence[str], *, folder: Path | None = None) -> None:
    """Record migrations that `psql` applied as applied; runs none of them."""
    with _yoyo(url, folder) as (backend, migrations), backend.lock(LOCK_SECONDS):
        wanted = {_find(migrations, each) for each in ids}
        backend.mark_migrations(backend.to_apply(migrations).filter(lambda each: each.id in wanted))


def break_lock(url: str, *, folder: Path | None = None) -> None:
    """Remove the lock row that a killed run left behind. Make sure that nothing is running."""
    with _yoyo(url, folder) as (backend, _):
        backend.break_lock()


def script(start: str | None = None, *, folder: Path | None = None) -> str:
    """Return the migrations from `start` (a number or an id) on as one SQL script for review.

    Run it with `psql -1 -v ON_ERROR_STOP=1 -f`, then record it with `pbdb mark`.
    """
    files = migration_files(folder)
    if start is not None:
        first = next((n for n, file in enumerate(files) if file.stem.startswith(start)), None)
        if first is None:
            raise MigrateError(f"there is no migration {start!r}; the newest is {files[-1].stem!r}")
        files = files[first:]
    for file in files:
        if "-- transactional: false" in file.read_text(encoding="utf-8"):
            raise MigrateError(f"{file.name} cannot run inside a transaction: apply it by itself")
    return "".join(
        f"-- {'=' * 96}\n-- {file.name}\n-- {'=' * 96}\n\n{file.read_text(encoding='utf-8')}\n"
        for file in files
    )


def migration_files(folder: Path | None = None) -> list[Path]:
    """Return the forward migrations in order."""
    found = (folder or migrations_folder()).glob("[0-9]*.sql")
    return sorted(file for file in found if not file.name.endswith(".rollback.sql"))


def changed_releases(folder: Path | None = None) -> list[str]:
    """Return the names of released files that are missing or differ from SHA256SUMS."""
    folder = folder or migrations_folder()
    sums = folder / "SHA256SUMS"
    wrong = []
    for line in sums.read_text(encoding="utf-8").splitlines() if sums.exists() else []:
        digest, _, name = line.partition("  ")
        file = folder / name
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            wrong.append(name)
    return wrong


def text_mark(digest: str | None) -> str:
    """Return the statement by which a code migration says in the database which text made it."""
    mark = f" {_MARK}{digest}." if digest else ""
    return f"comment on schema pbdb is\n'{_ABOUT}{mark}';\n\n"


def marked_text(text: str) -> str | None:
    """Return the digest that a migration, or the comment of its schema, names; None for none."""
    found = re.search(rf"{_MARK}([0-9a-f]{{64}})", text)
    return found[1] if found else None


def search_path_statement(database: str) -> str:
    """Return the one statement that lets every session write `start_playbook(…)` unqualified."""
    name = sql.Identifier(database).as_string()
    return f'alter database {name} set search_path = "$user", public, pbdb;'


@contextmanager
def _yoyo(url: str, folder: Path | None) -> Iterator[tuple[Any, Any]]:
    """Yield yoyo's backend and migrations; its bookkeeping schema exists by then."""
    folder = folder or migrations_folder()
    wrong = changed_releases(folder)
    if wrong:
        raise MigrateError(
            f"released migrations were edited: {', '.join(wrong)}; restore them from the release"
        )
    with _one_at_a_time(url), yoyo.get_backend(yoyo_url(url)) as backend:
        try:
            yield backend, yoyo.read_migrations(str(folder))
        except LockTimeout as error:
            raise MigrateError(
                "another migration is running, or was killed: if nothing runs, "
                "remove its lock with `pbdb break-lock`"
            ) from error


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """Wait for whoever else migrates this database; yoyo's own lock gives up after ten seconds.

    A lock on a table and not an advisory one, which the query of any tenant could hold. Makes the
    bookkeeping schema when there is none.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        _make_bookkeeping(conn)
        with conn.transaction():
            conn.execute(
                "select set_config(name, '0', true) from pg_settings where name in "
                "('idle_in_transaction_session_timeout', 'transaction_timeout')"
            )
            conn.execute(sql.SQL("lock table {} in exclusive mode").format(_LOCK))
            yield


def _make_bookkeeping(conn: psycopg.Connection[Any]) -> None:
    # `if not exists` asks for the right to create even when there is nothing to do, and fails when
    # two sessions find nothing at the same time.
    for kind, name, known in (
        ("schema {}", sql.Identifier(BOOKKEEPING_SCHEMA), "to_regnamespace"),
        ("table {} ()", _LOCK, "to_regclass"),
    ):
        found = sql.SQL("select {}({}) is not null").format(
            sql.SQL(known), sql.Literal(name.as_string())
        )
        if conn.execute(found).fetchone() == (False,):
            with suppress(
                psycopg.errors.UniqueViolation,
                psycopg.errors.DuplicateSchema,
                psycopg.errors.DuplicateTable,
            ):
                conn.execute(sql.SQL("create " + kind).format(name))


def _refuse_another_text(url: str, applied: Any) -> None:
    """Refuse a database whose newest code migration was applied with another text than is here.

    Only what was never released may be edited, so nothing leads from one such text to another.
    """
    texts = (Path(each.path).read_text(encoding="utf-8") for each in applied)
    wanted = next((found for text in texts if (found := marked_text(text))), None)
    if wanted is None or not _is_installed(url):
        return
    with psycopg.connect(url) as conn:
        row = conn.execute("select obj_description('pbdb'::regnamespace, 'pg_namespace')")
        found = marked_text(str(row.fetchone()))
    if found != wanted:
        raise MigrateError(
            "this database was made by another text of the migrations than this pbdb has "
            f"({_short(found)} there, {_short(wanted)} here), and neither was released, so nothing "
            "leads from one to the other: use the pbdb that made it, or start anew with "
            "`drop schema pbdb, pbdb_migrations cascade`, which deletes what is stored"
        )


def _short(digest: str | None) -> str:
    return digest[:12] if digest else "unmarked"


def _is_installed(url: str) -> bool:
    with psycopg.connect(url) as conn:
        found = conn.execute("select to_regnamespace('pbdb') is not null").fetchone()
    return found == (True,)


def yoyo_url(url: str) -> str:
    """Return the URL in yoyo's words: its driver name, and the schema of its bookkeeping."""
    words = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    return f"postgresql+psycopg:///?{urlencode({**words, 'schema': BOOKKEEPING_SCHEMA})}"


def _find(migrations: Any, wanted: str) -> str:
    ids = [each.id for each in migrations]
    if wanted not in ids:
        raise MigrateError(f"there is no migration {wanted!r}; there are: {', '.join(ids)}")
    return wanted
