"""The promises that every other test relies on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

import versions
from server import Database

Connection = psycopg.Connection[Any]


def test_sessions_are_plain_logins_of_their_group(app: Connection, worker: Connection) -> None:
    who = """
        select current_user, rolsuper or rolbypassrls,
            pg_has_role('pbdb_app', 'member'), pg_has_role('pbdb_worker', 'member')
        from pg_roles where rolname = current_user
    """
    assert app.execute(who).fetchone() == ("test_app", False, True, False)
    assert worker.execute(who).fetchone() == ("test_worker", False, False, True)


def test_unqualified_names_are_found_through_the_databases_setting(app: Connection) -> None:
    assert app.execute("select to_regclass('playbooks') is not null").fetchone() == (True,)


def test_each_test_has_a_database_of_its_own(database: Database, owner: Connection) -> None:
    assert owner.execute("select current_database()").fetchone() == (database.name,)
    assert owner.execute("select count(*) from pbdb.playbooks").fetchone() == (0,)


def test_the_tenant_ends_with_the_transaction(
    app: Connection,
    organization: uuid.UUID,
    as_tenant: Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]],
) -> None:
    current = "select nullif(current_setting('app.current_organization_id', true), '')::uuid"
    with as_tenant(app, organization):
        assert app.execute(current).fetchone() == (organization,)
    assert app.execute(current).fetchone() == (None,)


@pytest.mark.parametrize("rest", ["", "[{}]", "[{}-a b]", "[a-{}]", "[auto-{}-x]"])
def test_what_alternates_between_versions_runs_on_one_of_them(rest: str) -> None:
    for number in range(20):
        name = f"tests/serve/test_x.py::test_{number}" + rest
        both = [versions.is_for_the_other(name.format(each)) for each in ("pg16", "pg18")]
        assert sorted(both) == ([False, True] if rest else [False, False])
    assert not versions.is_for_the_other("tests/engine/test_x.py::test_y[pg16]")
