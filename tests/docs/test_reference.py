"""docs/sql.md and docs/internals.md have what the catalog has, docs/rest.md what the server has."""

from __future__ import annotations

import psycopg
import pytest

from docs.pages import ROOT
from pbdb.dev import rest
from pbdb.dev.reference import page, reference
from server import Database


@pytest.mark.parametrize("name", ["sql", "internals"])
def test_the_reference_is_current(database: Database, name: str) -> None:
    file = ROOT / "docs" / f"{name}.md"
    with psycopg.connect(database.url("owner")) as conn:
        assert file.read_text(encoding="utf-8") == page(conn, file), "run `make snapshot`"


def test_the_page_of_routes_is_current() -> None:
    file = ROOT / "docs" / "rest.md"
    assert file.read_text(encoding="utf-8") == rest.page(), "run `make schema`"


def test_every_granted_function_is_in_it_once(database: Database) -> None:
    with psycopg.connect(database.url("owner")) as conn:
        text = reference(conn)
        granted = conn.execute(
            "select proname from pg_proc as p where pronamespace = 'pbdb'::regnamespace"
            " and not starts_with(proname, '_') and exists ("
            "select from aclexplode(p.proacl) as a where a.grantee <> p.proowner) order by 1"
        ).fetchall()
    listed = [line[5:] for line in text.splitlines() if line.startswith("#### ")]

    assert sorted(listed) == [row[0] for row in granted]
