"""`pbdb verify` notes what weakens the fences, with the statement that ends it; it fails nothing."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from pbdb.install import verify
from server import LOGINS, Database

Connection = psycopg.Connection[Any]

# What somebody does, the start of the note and whom it names; what it does is undone.
WEAKENED: list[tuple[str, str, str]] = [
    ("grant create on schema public to public", "everybody may create in schema public", "public"),
    (
        f"grant pbdb_monitor to {LOGINS['app']}",
        "a login of several groups",
        f"{LOGINS['app']} is of pbdb_app and pbdb_monitor",
    ),
    (
        f"grant pbdb_app to {LOGINS['worker']}",
        "a login of several groups",
        f"{LOGINS['worker']} is of pbdb_app and pbdb_worker",
    ),
    (
        f"grant pbdb_query to {LOGINS['app']}",
        "a login of several groups",
        f"{LOGINS['app']} is of pbdb_app and pbdb_query",
    ),
    (f"alter role {LOGINS['app']} bypassrls", "row level security does not bind", LOGINS["app"]),
    (
        "create table public.open (id int); grant select on public.open to pbdb_query",
        "queries may use tables that no policy guards",
        "public.open",
    ),
    (
        (
            "create table public.open (id int, note text);"
            " grant select (note) on public.open to pbdb_query"
        ),
        "queries may use tables that no policy guards",
        "public.open",
    ),
    (
        "create function public.mine() returns int language sql security definer as 'select 1'",
        "queries may call functions that run as their owner",
        "public.mine()",
    ),
]


def test_a_database_of_others_lets_everybody_make_temporary_objects(
    owner: Connection, database: Database
) -> None:
    (note,) = verify.notes(owner)

    assert note.line == (
        "note everybody may make temporary objects, which are looked up by name in their session:"
        f" public; fix: revoke temporary on database {database.name} from public"
    )
    owner.execute(note.fix.encode())
    assert verify.notes(owner) == []


@pytest.mark.parametrize(("statement", "name", "whom"), WEAKENED, ids=[w[0] for w in WEAKENED])
def test_what_weakens_the_fences_is_noted(
    owner: Connection, statement: str, name: str, whom: str
) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(statement.encode())
        found = [note for note in verify.notes(owner) if note.name.startswith(name)]
        checks = verify.verify(owner)

    assert [note.found for note in found] == [whom]
    assert [check.line for check in checks if not check.is_ok] == []


def test_the_monitor_sees_the_notes_too(monitor: Connection) -> None:
    assert [note.found for note in verify.notes(monitor)] == ["public"]
