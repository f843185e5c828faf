"""The reports about executions that really ran."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from report.rows import eventually

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]
Ask = Callable[..., list[dict[str, Any]]]

ANN, BOB = (str(uuid.uuid4()) for _ in range(2))
APPROVAL = {
    "name": "approve an expense",
    "steps": [
        {"name": "note", "type": "DATA_TRANSFORM", "config": {"output": {"sum": "$input.sum"}}},
        {
            "name": "ask",
            "type": "WAIT_FOR_INPUT",
            "config": {
                "prompt": "Pay {{ input.sum }} euros?",
                "schema": {"type": "object", "required": ["ok"]},
                "assignees": [ANN, BOB],
                "timeout_seconds": 3600,
            },
        },
        {"name": "end", "type": "DATA_TRANSFORM", "config": {"output": "$step_2_output.ok"}},
    ],
}
FAILING = {
    "name": "fail when told to",
    "max_retries": 0,
    "steps": [
        {
            "name": "check",
            "type": "DATA_TRANSFORM",
            "config": {"output": "$input.x"},
            "output_schema": {"type": "number"},
        },
        {"name": "double", "type": "DATA_TRANSFORM", "config": {"output": "$step_1_output * 2"}},
    ],
}


@pytest.fixture
def ask(app: Connection, organization: uuid.UUID, as_tenant: AsTenant) -> Ask:
    """Run a query as an application of the tenant, in a transaction of its own."""

    def query(text: str, *values: object) -> list[dict[str, Any]]:
        with as_tenant(app, organization), app.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(text.encode(), values)
            return found.fetchall() if found.description else []

    return query


def activate(ask: Ask, document: dict[str, Any]) -> uuid.UUID:
    (row,) = ask("select import_playbook(%s) as id", Jsonb(document))
    ask("select activate_playbook(%s)", row["id"])
    return uuid.UUID(str(row["id"]))


def start(ask: Ask, playbook: uuid.UUID, value: object) -> uuid.UUID:
    (row,) = ask("select start_playbook_execution(%s, %s) as id", playbook, Jsonb(value))
    return uuid.UUID(str(row["id"]))


def test_an_execution_that_waits_is_in_the_inbox_until_it_is_answered(ask: Ask) -> None:
    execution = start(ask, activate(ask, APPROVAL), {"sum": 7})

    (found,) = ask("select * from playbook_inbox")
    (progress,) = ask("select * from get_execution_progress(%s)", execution)

    assert found["execution_id"] == execution
    assert found["step_name"] == "ask"
    assert found["prompt"] == "Pay 7 euros?"
    assert found["answer_schema"] == {"type": "object", "required": ["ok"]}
    assert found["assignees"] == [ANN, BOB]
    assert found["event_name"] is None
    assert 3500 < (found["times_out_at"] - found["waiting_since"]).total_seconds() < 3700
    assert (progress["status"], progress["current_step_name"]) == ("PAUSED", "ask")
    assert (progress["completed_steps"], progress["total_steps"]) == (1, 3)
    assert progress["progress_percentage"] == 33

    ask("select submit_step_input(%s, 'ask', %s, %s)", execution, Jsonb({"ok": True}), ANN)

    assert ask("select * from playbook_inbox") == []
    (progress,) = ask("select * from get_execution_progress(%s)", execution)
    (result,) = ask("select * from get_execution_result(%s)", execution)
    assert (progress["status"], progress["progress_percentage"]) == ("COMPLETED", 100)
    assert (result["output_data"], result["error_code"]) == (True, None)
    timeline = ask("select * from get_execution_timeline(%s)", execution)
    assert [(row["step_name"], row["status"]) for row in timeline] == [
        ("note", "COMPLETED"),
        ("ask", "COMPLETED"),
        ("end", "COMPLETED"),
    ]


def test_a_wait_for_a_time_is_nobodys(ask: Ask) -> None:
    timer = {"name": "nap", "type": "WAIT_FOR_INPUT", "config": {"for": "1 hour"}}
    start(ask, activate(ask, {"name": "sleep", "steps": [timer]}), {})

    assert ask("select * from playbook_inbox") == []


def test_the_summary_follows_executions_through_failure_and_retry(
    ask: Ask, owner: Connection
) -> None:
    """With a roll-up before and after, so that retrying takes them out of it."""
    playbook = activate(ask, FAILING)
    executions = [start(ask, playbook, {"x": "?" if n < 5 else n}) for n in range(60)]

    def summary() -> tuple[object, ...]:
        (row,) = ask("select * from get_playbook_execution_summary(%s)", playbook)
        return tuple(row.values())[:4]

    assert summary() == (60, 55, 5, 0)
    # The horizon is the whole server's: an open transaction of another test holds it back a while.
    assert eventually(
        lambda: owner.execute("select 1 where pbdb.roll_up_executions() > 0").fetchone()
    )
    assert summary() == (60, 55, 5, 0)

    for execution in executions[:3]:
        ask("select retry_playbook_execution(%s)", execution)
    ask("select cancel_playbook_execution(%s)", start_waiting(ask))

    assert summary() == (60, 55, 5, 0)
    owner.execute("select pbdb.roll_up_executions()")
    assert summary() == (60, 55, 5, 0)
    assert owner.execute("select * from pbdb.fsck()").fetchall() == []


def start_waiting(ask: Ask) -> uuid.UUID:
    return start(ask, activate(ask, APPROVAL), {"sum": 1})


def test_deleting_a_playbook_takes_its_executions_and_its_roll_up(
    ask: Ask, owner: Connection
) -> None:
    playbook = activate(ask, FAILING)
    for number in range(40):
        start(ask, playbook, {"x": number})
    owner.execute("select pbdb.roll_up_executions()")

    ask("select delete_playbook(%s)", playbook)

    assert owner.execute(
        "select (select count(*) from pbdb.playbook_executions), "
        "(select count(*) from pbdb.playbook_execution_rollups)"
    ).fetchone() == (0, 0)


def test_a_step_whose_runner_vanished_waits_for_a_decision_when_it_says_so(
    ask: Ask, owner: Connection, worker: Connection
) -> None:
    config = {"url": "https://example.org", "method": "POST", "on_lost": "wait"}
    pay = {"name": "pay", "type": "API_CALL", "config": config}
    execution = start(ask, activate(ask, {"name": "pay once", "steps": [pay]}), {})
    worker.execute("select from pbdb.claim_playbook_steps('w1', array['API_CALL'])")
    owner.execute("update pbdb.playbook_ready_steps set due_at = now() - interval '1 hour'")
    worker.execute("select from pbdb.sweep()")

    (found,) = ask("select * from playbook_inbox")
    assert (found["step_name"], found["waits_for"]) == ("pay", "decision")
    assert "Runner w1 vanished" in found["prompt"]

    ask(
        "select submit_step_input(%s, 'pay', %s)",
        execution,
        Jsonb({"output": {"status_code": 200}}),
    )

    assert ask("select * from playbook_inbox") == []
    (result,) = ask("select * from get_execution_result(%s)", execution)
    assert result["output_data"] == {"status_code": 200}


def test_a_wait_for_an_event_says_which(ask: Ask) -> None:
    wait = {"name": "hold", "type": "WAIT_FOR_INPUT", "config": {"event": "paid"}}
    start(ask, activate(ask, {"name": "wait", "steps": [wait]}), {})

    (found,) = ask("select * from playbook_inbox")

    assert (found["waits_for"], found["event_name"]) == ("event", "paid")
