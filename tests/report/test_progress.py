"""Progress, result and timeline of an execution; the inbox."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from report import rows

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]


@pytest.fixture
def ask(
    app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> Callable[..., list[dict[str, Any]]]:
    """Run a query as an application of the tenant."""

    def query(text: str, *values: object) -> list[dict[str, Any]]:
        with as_tenant(app, organization), app.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(text.encode(), values).fetchall()

    return query


Ask = Callable[..., list[dict[str, Any]]]
PROGRESS = "select * from get_execution_progress(%s)"


def test_progress_says_where_an_execution_stands(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization, steps=4)
    execution = rows.execution(
        owner,
        playbook,
        duration_ms=5000,
        completed_steps=1,
        total_steps=4,
        current_step_id=rows.step(owner, playbook, 2),
    )

    (found,) = ask(PROGRESS, execution)

    elapsed = found.pop("elapsed_time_ms")
    assert 5000 <= elapsed < 60_000
    assert found == {
        "execution_id": execution,
        "status": "RUNNING",
        "progress_percentage": 25,
        "current_step_name": "step_2",
        "completed_steps": 1,
        "total_steps": 4,
    }


@pytest.mark.parametrize(
    ("status", "completed", "total", "percentage"),
    [
        ("RUNNING", 0, 3, 0),
        ("RUNNING", 1, 3, 33),
        ("RUNNING", 7, 3, 100),
        ("RUNNING", 2_000_000_000, 3, 100),
        ("RUNNING", 0, None, 0),
        ("RUNNING", 0, 0, 0),
        ("FAILED", 2, 4, 50),
        ("COMPLETED", 2, 4, 100),
        ("COMPLETED", 0, None, 100),
    ],
)
def test_progress_is_between_0_and_100_and_100_when_completed(
    owner: Connection,
    ask: Ask,
    organization: uuid.UUID,
    status: str,
    completed: int,
    total: int | None,
    percentage: int,
) -> None:
    playbook = rows.playbook(owner, organization)
    execution = rows.execution(
        owner, playbook, status, completed_steps=completed, total_steps=total
    )

    assert ask(PROGRESS, execution)[0]["progress_percentage"] == percentage


def test_elapsed_time_stops_at_the_end_and_may_exceed_a_month(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    month = 31 * 24 * 3600 * 1000
    execution = rows.execution(owner, playbook, "COMPLETED", duration_ms=month)

    first, second = (ask(PROGRESS, execution)[0]["elapsed_time_ms"] for _ in range(2))

    assert first == second
    assert month <= first < month + 60_000


def test_elapsed_time_is_zero_before_the_start(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    execution = rows.execution(owner, playbook, "PENDING")
    owner.execute("update pbdb.playbook_executions set started_at = null")

    assert ask(PROGRESS, execution)[0]["elapsed_time_ms"] == 0


def test_the_result_holds_the_output_or_the_error(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    good = rows.execution(owner, playbook, "COMPLETED", output_data=Jsonb({"score": 7}))
    bad = rows.execution(
        owner, playbook, "FAILED", error_code="TIMEOUT", error_message="step s took too long"
    )

    (completed,) = ask("select * from get_execution_result(%s)", good)
    (failed,) = ask("select * from get_execution_result(%s)", bad)

    assert (completed["status"], completed["output_data"]) == ("COMPLETED", {"score": 7})
    assert completed["duration_ms"] >= 1000
    assert (failed["status"], failed["error_code"]) == ("FAILED", "TIMEOUT")
    assert failed["error_message"] == "step s took too long"


def attempt(
    owner: Connection, execution: uuid.UUID, step: uuid.UUID, status: str, **columns: object
) -> uuid.UUID:
    names = "".join(f", {name}" for name in columns)
    values = "".join(", %s" for _ in columns)
    row = owner.execute(
        f"""
        insert into pbdb.playbook_step_results
            (execution_id, step_id, organization_id, status, started_at, completed_at{names})
        select id, %s, organization_id, %s, clock_timestamp(),
            case when %s not in ('PENDING', 'RUNNING') then clock_timestamp() end{values}
        from pbdb.playbook_executions where id = %s
        returning id
        """.encode(),
        (step, status, status, *columns.values(), execution),
    ).fetchone()
    assert row is not None
    return uuid.UUID(str(row[0]))


def test_the_timeline_has_a_row_for_every_attempt_in_order(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization, steps=2)
    execution = rows.execution(owner, playbook)
    one, two = (rows.step(owner, playbook, order) for order in (1, 2))
    attempt(owner, execution, one, "FAILED", is_lost=True, error_code="LOST", worker="w1")
    attempt(owner, execution, one, "COMPLETED", attempt_number=2, worker="w2")
    attempt(owner, execution, two, "RUNNING")
    attempt(owner, rows.execution(owner, playbook), one, "COMPLETED")

    found = ask("select * from get_execution_timeline(%s)", execution)

    assert [
        (row["step_name"], row["attempt_number"], row["status"], row["worker"], row["is_lost"])
        for row in found
    ] == [
        ("step_1", 1, "FAILED", "w1", True),
        ("step_1", 2, "COMPLETED", "w2", False),
        ("step_2", 1, "RUNNING", None, False),
    ]


@pytest.mark.parametrize(
    "function", ["get_execution_progress", "get_execution_result", "get_execution_timeline"]
)
def test_a_foreign_execution_gives_no_row(
    owner: Connection, ask: Ask, organization: uuid.UUID, function: str
) -> None:
    foreign = rows.playbook(owner, uuid.uuid4(), steps=1)
    execution = rows.execution(owner, foreign)
    attempt(owner, execution, rows.step(owner, foreign, 1), "RUNNING")

    assert ask(f"select * from {function}(%s)", execution) == []
    assert ask(f"select * from {function}(%s)", uuid.uuid4()) == []


def test_without_a_tenant_the_inbox_is_empty(
    owner: Connection, app: Connection, organization: uuid.UUID
) -> None:
    rows.execution(owner, rows.playbook(owner, organization))

    assert app.execute("select * from playbook_inbox").fetchall() == []


def test_the_inbox_says_what_waits_for_whom(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    config = {"prompt": "static", "schema": {"type": "object"}}
    playbook = rows.playbook(owner, organization, "expenses", steps=2, config=config)
    execution = rows.execution(owner, playbook, "PAUSED")
    waiting = attempt(
        owner,
        execution,
        rows.step(owner, playbook, 1),
        "RUNNING",
        request=Jsonb({"prompt": "Pay 7?", "assignees": ["ann"]}),
    )
    ready = attempt(owner, execution, rows.step(owner, playbook, 2), "PENDING")
    owner.execute(
        """
        insert into pbdb.playbook_ready_steps
            (result_id, organization_id, execution_id, handler, waits_for, state, due_at, step_index)
        values (%s, %s, %s, null, 'INPUT', 'WAITING', 'infinity', 0),
            (%s, %s, %s, 'API_CALL', null, 'READY', now(), 1)
        """,
        (waiting, organization, execution, ready, organization, execution),
    )

    (found,) = ask("select * from playbook_inbox")

    assert found.pop("waiting_since") is not None
    assert found == {
        "organization_id": organization,
        "execution_id": execution,
        "step_result_id": waiting,
        "playbook_id": playbook,
        "playbook_name": "expenses",
        "playbook_version": 1,
        "execution_name": None,
        "step_name": "step_1",
        "step_address": "step_1",
        "branch": None,
        "item_index": None,
        "prompt": "Pay 7?",
        "answer_schema": {"type": "object"},
        "data": None,
        "assignees": ["ann"],
        "event_name": None,
        "times_out_at": None,
        "waits_for": "answer",
    }
