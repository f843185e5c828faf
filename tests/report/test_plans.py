"""Reports read short ranges of indexes, under row level security too: what an application gets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg

from report import rows

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]


def plan(app: Connection, as_tenant: AsTenant, query: str) -> str:
    """Explain as an application, sequential scans being discouraged: tables are empty here."""
    with as_tenant(app, uuid.uuid4()):
        app.execute("set local enable_seqscan = off")
        app.execute("set local enable_bitmapscan = off")
        lines = app.execute(f"explain (costs off) {query}".encode()).fetchall()
    return "\n".join(line[0] for line in lines)


def test_a_summary_reads_finished_executions_from_the_horizon_on(
    owner: Connection, app: Connection, as_tenant: AsTenant
) -> None:
    """A comparison that is not leakproof would be a filter, and all the executions would be read."""
    for _ in range(2):
        rows.execution(owner, rows.playbook(owner, uuid.uuid4()))
    owner.execute(
        """
        insert into pbdb.playbook_executions
            (playbook_id, organization_id, status, completed_at, finished_xid)
        select id, organization_id, 'COMPLETED', now(), pg_current_xact_id()
        from pbdb.playbooks, generate_series(1, 2000)
        """
    )
    owner.execute("analyze pbdb.playbook_executions")
    found = plan(
        app, as_tenant, f"select * from pbdb.get_playbook_execution_summary('{uuid.uuid4()}')"
    )

    conditions = [line for line in found.splitlines() if "Index Cond" in line]
    assert any("finished_xid >= CASE" in line for line in conditions), found
    assert any("finished_xid IS NULL" in line for line in conditions), found


def test_the_inbox_reads_the_waits_of_its_tenant(app: Connection, as_tenant: AsTenant) -> None:
    found = plan(app, as_tenant, "select * from pbdb.playbook_inbox")

    assert "playbook_ready_steps_inbox_idx" in found


def test_policies_ask_for_the_tenant_once_a_statement(app: Connection, as_tenant: AsTenant) -> None:
    found = plan(app, as_tenant, "select * from pbdb.playbook_executions")

    assert "InitPlan" in found
    assert "Index Cond: (organization_id = " in found
