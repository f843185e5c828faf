"""Rows written by hand, as a superuser: reports are about rows, however they came to be."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], seconds: float = 30) -> Found:
    """Look again until something is found; what was seen last when the time is over."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def playbook(
    conn: Connection,
    organization: uuid.UUID,
    name: str = "qualify",
    *,
    status: str = "ACTIVE",
    agent: uuid.UUID | None = None,
    steps: int = 0,
    version: int = 1,
    config: dict[str, Any] | None = None,
) -> uuid.UUID:
    """Insert a playbook of so many steps named step_1, step_2, …; return its id."""
    with conn.transaction():
        # Written as it would be after activation, without what activation demands.
        conn.execute("set local session_replication_role = replica")
        row = conn.execute(
            """
            insert into pbdb.playbooks
                (organization_id, name, version, status, definition_hash, agent_id)
            values (%s, %s, %s, %s, 'hash', %s) returning id
            """,
            (organization, name, version, status, agent),
        ).fetchone()
        assert row is not None
        conn.execute(
            """
            insert into pbdb.playbook_steps
                (organization_id, playbook_id, step_name, step_type, step_order, config)
            select %s, %s, 'step_' || n, 'WAIT_FOR_INPUT', n, %s from generate_series(1, %s) as n
            """,
            (organization, row[0], Jsonb(config or {}), steps),
        )
    return uuid.UUID(str(row[0]))


def step(conn: Connection, playbook_id: uuid.UUID, order: int) -> uuid.UUID:
    """Return the id of a step by its order."""
    row = conn.execute(
        "select id from pbdb.playbook_steps where playbook_id = %s and step_order = %s",
        (playbook_id, order),
    ).fetchone()
    assert row is not None
    return uuid.UUID(str(row[0]))


def execution(
    conn: Connection,
    playbook_id: uuid.UUID,
    status: str = "RUNNING",
    *,
    duration_ms: int = 1000,
    **columns: object,
) -> uuid.UUID:
    """Insert an execution that ended now, or has not ended, as its status says; return its id."""
    names = "".join(f", {name}" for name in columns)
    values = "".join(", %s" for _ in columns)
    row = conn.execute(
        f"""
        insert into pbdb.playbook_executions (
            playbook_id, organization_id, status, started_at, completed_at, finished_xid,
            pause_reason, paused_at{names}
        )
        select
            p.id, p.organization_id, e.status,
            clock_timestamp() - %s * interval '1 ms',
            case when e.status in ('COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT')
                then clock_timestamp() end,
            case when e.status in ('COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT')
                then pg_current_xact_id() end,
            case when e.status = 'PAUSED' then 'waiting' end,
            case when e.status = 'PAUSED' then clock_timestamp() end{values}
        from pbdb.playbooks as p,
            (values (%s::pbdb.playbook_execution_status)) as e (status)
        where p.id = %s
        returning id
        """.encode(),
        (duration_ms, *columns.values(), status, playbook_id),
    ).fetchone()
    assert row is not None
    return uuid.UUID(str(row[0]))


def finished_executions(conn: Connection, playbook_id: uuid.UUID, count: int) -> None:
    """Insert executions in transactions of their own; every tenth FAILED, the others COMPLETED."""
    for number in range(count):
        execution(conn, playbook_id, "FAILED" if number % 10 == 9 else "COMPLETED")


def retry(conn: Connection, execution_id: uuid.UUID) -> None:
    """What a retry does to the row: open again, and out of the roll-up."""
    with conn.transaction():
        conn.execute(
            """
            select pbdb._unroll_execution(e)
            from (
                select * from pbdb.playbook_executions where id = %s for update
            ) as e
            """,
            (execution_id,),
        )
        conn.execute(
            """
            update pbdb.playbook_executions
            set status = 'RUNNING', completed_at = null, finished_xid = null
            where id = %s
            """,
            (execution_id,),
        )
