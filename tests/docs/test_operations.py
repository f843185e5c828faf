"""docs/operations.md, done by somebody with three empty databases and one in use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from docs.pages import Reader, blocks
from fingerprint import differences, fingerprint
from server import Database, Server, fresh_database

LOGINS = ("orders_app", "orders_runner", "orders_dashboard")


@pytest.fixture
def empty(migrated: Server) -> Iterator[dict[str, Database]]:
    """The databases that the page installs into; the logins that it makes go afterwards."""
    with ExitStack() as stack:
        names = ("first", "second", "third")
        yield {name: stack.enter_context(fresh_database(migrated, empty=True)) for name in names}
        with migrated.admin() as conn:
            for login in LOGINS:
                conn.execute(f"drop role if exists {login}".encode())


def test_the_page_works_in_order(
    tmp_path: Path, database: Database, empty: dict[str, Database]
) -> None:
    reader = Reader(
        tmp_path,
        {
            **{role: database.url(role) for role in ("app", "worker", "monitor", "owner")},
            **{name: each.url("owner") for name, each in empty.items()},
        },
        {"PBDB_DATABASE_URL": database.url("owner")},
        database.server.version if database.server.version != 17 else 18,
    )
    for block in blocks("docs/operations.md"):
        reader.follow(block)

    first, second, third = (fingerprint(each.url("owner")) for each in empty.values())
    assert differences(first, second) == []
    assert differences(first, third) == []
    with psycopg.connect(database.url("owner")) as conn:
        members = conn.execute(
            "select member::regrole::text, roleid::regrole::text from pg_auth_members"
            " where member::regrole::text = any(%s) order by 2",
            (list(LOGINS),),
        ).fetchall()
    assert members == [
        ("orders_app", "pbdb_app"),
        ("orders_dashboard", "pbdb_monitor"),
        ("orders_runner", "pbdb_worker"),
    ]
