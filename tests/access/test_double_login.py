"""A login that is of pbdb_app and of pbdb_monitor: policies of several groups are added up."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

import build
from access.matrix import TABLES
from server import Database

Connection = psycopg.Connection[Any]
ECHO = {
    "name": "echo",
    "steps": [{"name": "say", "type": "DATA_TRANSFORM", "config": {"output": 1}}],
}
TENANTS = [name for name, rights in TABLES.items() if rights[3] and rights[0] and name != "workers"]


class Both(NamedTuple):
    """A session of a login of both groups, and two tenants that have an execution each."""

    session: Connection
    mine: uuid.UUID
    theirs: uuid.UUID


@pytest.fixture
def both(database: Database, owner: Connection, app: Connection) -> Iterator[Both]:
    tenants = uuid.uuid4(), uuid.uuid4()
    for each in tenants:
        with build.as_tenant(app, each):
            app.execute("select apply_playbook(%s)", (Jsonb(ECHO),))
            app.execute("select start_playbook('echo')")
    login = f"both_{uuid.uuid4().hex[:12]}"
    owner.execute(f"create role {login} login in role pbdb_app, pbdb_monitor".encode())
    try:
        url = make_conninfo(database.url("app"), user=login)
        with psycopg.connect(url, autocommit=True, options="-c search_path=pbdb") as session:
            yield Both(session, *tenants)
    finally:
        owner.execute(f"drop role {login}".encode())


def organizations(session: Connection, table: str) -> set[uuid.UUID]:
    found = session.execute(f"select distinct organization_id from pbdb.{table}".encode())
    return {row[0] for row in found}


def test_with_a_tenant_it_sees_that_tenant_in_every_table(both: Both) -> None:
    with build.as_tenant(both.session, both.mine):
        seen = {
            each: organizations(both.session, each) for each in TENANTS if has_tenant(both, each)
        }
        workers = both.session.execute("select count(*) from pbdb.workers").fetchone()
    assert {each: tenants for each, tenants in seen.items() if tenants - {both.mine}} == {}
    assert seen["playbook_executions"] == {both.mine}
    assert workers == (0,)


def test_without_a_tenant_it_is_a_monitor(both: Both) -> None:
    assert organizations(both.session, "playbook_executions") == {both.mine, both.theirs}


def test_a_monitor_may_look_at_one_tenant(both: Both, monitor: Connection) -> None:
    with build.as_tenant(monitor, both.theirs):
        assert organizations(monitor, "playbook_executions") == {both.theirs}
    assert organizations(monitor, "playbook_executions") == {both.mine, both.theirs}


def has_tenant(both: Both, table: str) -> bool:
    found = both.session.execute(
        "select count(*) from pg_attribute where attrelid = %s::regclass and attname = 'organization_id'",
        (f"pbdb.{table}",),
    ).fetchone()
    return found == (1,)
