"""WAIT_FOR_INPUT: people, events, times; pause and resume."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform


def wait(name: str = "ask", **config: Any) -> dict[str, Any]:
    return {"name": name, "type": "WAIT_FOR_INPUT", "config": config}


def answer(tenant: Tenant, execution: uuid.UUID, value: str, by: uuid.UUID | None = None) -> None:
    tenant.one("select pbdb.submit_step_input(%s, 'ask', %s::jsonb, %s)", execution, value, by)


def test_an_execution_that_waits_for_a_person_is_paused(tenant: Tenant) -> None:
    tenant.apply(wait(prompt="ok?"), transform("end", "$steps.ask.output.ok"))
    execution = tenant.start()
    assert tenant.status(execution) == "PAUSED"

    answer(tenant, execution, '{"ok": true}')

    result = tenant.result(execution)
    assert (result["status"], result["output_data"]) == ("COMPLETED", True)


def test_an_answer_that_does_not_fit_changes_nothing(tenant: Tenant) -> None:
    tenant.apply(wait(schema={"type": "object", "required": ["ok"]}))
    execution = tenant.start()

    with pytest.raises(psycopg.Error) as refused:
        answer(tenant, execution, '{"no": 1}')

    assert refused.value.sqlstate == "PB012"
    assert tenant.status(execution) == "PAUSED"


def test_only_an_assignee_may_answer(tenant: Tenant) -> None:
    ann, bob = uuid.uuid4(), uuid.uuid4()
    tenant.apply(wait(assignees=[str(ann)]))
    execution = tenant.start()

    with pytest.raises(psycopg.Error) as refused:
        answer(tenant, execution, "1", bob)
    assert refused.value.sqlstate == "PB013"

    answer(tenant, execution, "1", ann)
    assert tenant.status(execution) == "COMPLETED"


def test_several_answers_are_gathered(tenant: Tenant) -> None:
    ann, bob = uuid.uuid4(), uuid.uuid4()
    tenant.apply(wait(answers=2))
    execution = tenant.start()

    answer(tenant, execution, "1", ann)
    assert tenant.status(execution) == "PAUSED"
    with pytest.raises(psycopg.Error):
        answer(tenant, execution, "1", ann)
    answer(tenant, execution, "2", bob)

    assert [a["answer"] for a in tenant.result(execution)["output_data"]] == [1, 2]


def test_a_late_answer_changes_nothing_and_says_so(tenant: Tenant) -> None:
    tenant.apply(wait())
    execution = tenant.start()
    answer(tenant, execution, "1")

    with pytest.raises(psycopg.Error) as refused:
        answer(tenant, execution, "2")

    assert refused.value.sqlstate == "PB023"
    assert tenant.result(execution)["output_data"] == 1


def test_an_event_wakes_every_wait_that_it_matches(tenant: Tenant) -> None:
    tenant.apply(wait("go", event="paid", match={"order": "$input.order"}))
    mine, other = tenant.start({"order": 1}), tenant.start({"order": 2})

    woken = tenant.one("select pbdb.emit_playbook_event('paid', '{\"order\": 1, \"sum\": 5}')")

    assert woken == 1
    assert tenant.result(mine)["output_data"] == {"order": 1, "sum": 5}
    assert tenant.status(other) == "PAUSED"


def test_an_event_that_came_just_before_is_kept_for_waits(tenant: Tenant) -> None:
    tenant.apply(wait("go", event="paid"))
    assert tenant.one("select pbdb.emit_playbook_event('paid', '{\"n\": 1}')") == 0

    first, second = tenant.start(), tenant.start()

    assert tenant.result(first)["output_data"] == {"n": 1}
    assert tenant.result(second)["output_data"] == {"n": 1}


def test_another_tenants_event_wakes_nothing(tenant: Tenant, other_tenant: Tenant) -> None:
    tenant.apply(wait("go", event="paid"))
    execution = tenant.start()

    assert other_tenant.one("select pbdb.emit_playbook_event('paid')") == 0
    assert tenant.status(execution) == "PAUSED"


def test_a_timer_completes_when_its_time_comes(tenant: Tenant) -> None:
    tenant.apply(wait("nap", **{"for": 0}), transform("end", "awake"))
    execution = tenant.start()

    tenant.worker.execute("select * from pbdb.sweep()")

    assert tenant.result(execution)["output_data"] == "awake"


def test_a_wait_that_times_out_takes_the_failure_path(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(
        {**wait(timeout_seconds=60), "on_failure": "late", "is_final": True},
        transform("late", "$error.code"),
    )
    execution = tenant.start()
    owner.execute("update pbdb.playbook_ready_steps set due_at = clock_timestamp()")

    tenant.worker.execute("select * from pbdb.sweep()")

    assert tenant.result(execution)["output_data"] == "WAIT_TIMEOUT"


def test_the_deadline_does_not_tick_while_paused(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(wait(), function("f"), timeout_seconds=100)
    execution = tenant.start()
    owner.execute(
        "update pbdb.playbook_executions set paused_at = paused_at - interval '1 day',"
        " deadline_at = deadline_at - interval '1 day' where id = %s",
        (execution,),
    )

    tenant.worker.execute("select * from pbdb.sweep()")
    assert tenant.status(execution) == "PAUSED"
    answer(tenant, execution, "1")

    assert tenant.result(execution)["deadline_at"] is not None
    tenant.worker.execute("select * from pbdb.sweep()")
    assert tenant.status(execution) == "RUNNING"


def test_pausing_lets_running_steps_finish_and_starts_nothing(tenant: Tenant) -> None:
    tenant.apply(function("f"), transform("t", 1), function("g"))
    execution = tenant.start()
    tenant.claim()

    tenant.one("select pbdb.pause_playbook_execution(%s)", execution)
    assert tenant.complete("f", 1) == "accepted"

    assert tenant.status(execution) == "PAUSED"
    assert tenant.claim() == []
    tenant.one("select pbdb.resume_playbook_execution(%s)", execution)
    assert [step["step_name"] for step in tenant.claim()] == ["g"]


def test_a_paused_queued_step_cannot_be_claimed(tenant: Tenant) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()

    tenant.one("select pbdb.pause_playbook_execution(%s)", execution)
    assert tenant.claim() == []
    tenant.one("select pbdb.resume_playbook_execution(%s)", execution)

    assert len(tenant.claim()) == 1


def test_an_answer_during_a_pause_is_kept_until_it_is_resumed(tenant: Tenant) -> None:
    tenant.apply(wait(), transform("end", "$steps.ask.output"))
    execution = tenant.start()
    tenant.one("select pbdb.pause_playbook_execution(%s)", execution)

    answer(tenant, execution, "7")
    assert tenant.status(execution) == "PAUSED"
    tenant.one("select pbdb.resume_playbook_execution(%s)", execution)

    assert tenant.result(execution)["output_data"] == 7


def test_what_waits_for_an_answer_cannot_be_resumed(tenant: Tenant) -> None:
    tenant.apply(wait())
    execution = tenant.start()

    with pytest.raises(psycopg.Error) as refused:
        tenant.one("select pbdb.resume_playbook_execution(%s)", execution)

    assert refused.value.sqlstate == "PB008"
    assert "submit_step_input" in str(refused.value.diag.message_hint)


def test_cancelling_closes_everything_that_is_open(tenant: Tenant) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    tenant.claim()

    tenant.one("select pbdb.cancel_playbook_execution(%s, 'not needed')", execution)

    result = tenant.result(execution)
    assert (result["status"], result["error_message"]) == ("CANCELLED", "not needed")
    assert tenant.complete("f", 1) == "stale"
    assert tenant.attempts(execution) == [("f", "FAILED", 1, 1, "CANCELLED")]


def test_an_execution_past_its_deadline_times_out(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    owner.execute("update pbdb.playbook_executions set deadline_at = clock_timestamp()")

    tenant.claim()

    result = tenant.result(execution)
    assert (result["status"], result["error_code"]) == ("TIMEOUT", "TIMEOUT")
