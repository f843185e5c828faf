"""get_playbook_execution_summary and get_active_playbooks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from report import rows

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]


def summary(conn: Connection, playbook_id: uuid.UUID) -> dict[str, Any]:
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            "select * from get_playbook_execution_summary(%s)", (playbook_id,)
        ).fetchall()
    assert len(found) == 1
    return found[0]


def active(conn: Connection, agent: uuid.UUID) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute("select * from get_active_playbooks(%s)", (agent,)).fetchall()


def test_each_status_is_counted_where_it_belongs(
    owner: Connection, app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> None:
    playbook = rows.playbook(owner, organization)
    for status in ["COMPLETED", "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"]:
        rows.execution(owner, playbook, status, duration_ms=1000)
    for status in ["PENDING", "RUNNING", "PAUSED"]:
        rows.execution(owner, playbook, status)
    last = owner.execute("select max(completed_at) from pbdb.playbook_executions").fetchone()
    assert last is not None

    with as_tenant(app, organization):
        found = summary(app, playbook)

    assert list(found) == [
        "total_executions",
        "successful_executions",
        "failed_executions",
        "running_executions",
        "avg_duration_ms",
        "last_execution_at",
        "success_rate",
    ]
    assert found["total_executions"] == 8
    assert found["successful_executions"] == 2
    assert found["failed_executions"] == 1
    assert found["running_executions"] == 1
    assert 999 <= found["avg_duration_ms"] <= 1100
    assert found["last_execution_at"] == last[0]
    assert found["success_rate"] == Decimal("25.00")


def test_the_success_rate_has_two_decimals(
    owner: Connection, app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> None:
    playbook = rows.playbook(owner, organization)
    for status in ["COMPLETED", "COMPLETED", "FAILED"]:
        rows.execution(owner, playbook, status)

    with as_tenant(app, organization):
        assert str(summary(app, playbook)["success_rate"]) == "66.67"


def test_a_playbook_that_never_ran_has_zeros(
    owner: Connection, app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> None:
    playbook = rows.playbook(owner, organization)

    with as_tenant(app, organization):
        found = summary(app, playbook)

    assert list(found.values()) == [0, 0, 0, 0, None, None, 0]


def test_a_foreign_playbook_and_an_unknown_one_look_the_same(
    owner: Connection, app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> None:
    foreign = rows.playbook(owner, uuid.uuid4())
    rows.execution(owner, foreign, "COMPLETED")

    with as_tenant(app, organization):
        assert summary(app, foreign) == summary(app, uuid.uuid4())


def test_a_duration_of_a_month_is_counted(
    owner: Connection, app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> None:
    playbook = rows.playbook(owner, organization)
    month = 30 * 24 * 3600 * 1000
    rows.execution(owner, playbook, "COMPLETED", duration_ms=month)

    with as_tenant(app, organization):
        assert abs(summary(app, playbook)["avg_duration_ms"] - month) < 1000


def test_the_active_playbooks_of_an_agent_come_newest_first(
    owner: Connection, app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> None:
    agent = uuid.uuid4()
    older = rows.playbook(owner, organization, "older", agent=agent, steps=3)
    newer = rows.playbook(owner, organization, "newer", agent=agent)
    rows.playbook(owner, organization, "draft", agent=agent, status="DRAFT")
    rows.playbook(owner, organization, "other agent", agent=uuid.uuid4())
    rows.playbook(owner, uuid.uuid4(), "other tenant", agent=agent)
    rows.execution(owner, older, "COMPLETED")
    rows.execution(owner, older, "RUNNING")
    last = owner.execute("select max(created_at) from pbdb.playbook_executions").fetchone()
    assert last is not None

    with as_tenant(app, organization):
        found = active(app, agent)

    assert [row["name"] for row in found] == ["newer", "older"]
    assert found[1] == {
        "id": older,
        "name": "older",
        "description": None,
        "category": None,
        "version": 1,
        "total_steps": 3,
        "last_executed_at": last[0],
        "execution_count": 2,
    }
    assert (found[0]["id"], found[0]["execution_count"]) == (newer, 0)
    assert found[0]["last_executed_at"] is None


def test_the_monitor_sees_every_tenant(owner: Connection, monitor: Connection) -> None:
    playbooks = [rows.playbook(owner, uuid.uuid4()) for _ in range(2)]
    for playbook in playbooks:
        rows.execution(owner, playbook, "COMPLETED")

    assert [summary(monitor, each)["total_executions"] for each in playbooks] == [1, 1]
