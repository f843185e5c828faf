"""What a queued step waits for stands beside it: a handler key, or a reason, and never both."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from build import Tenant, function

Connection = psycopg.Connection[Any]


def wait(name: str, **config: Any) -> dict[str, Any]:
    return {"name": name, "type": "WAIT_FOR_INPUT", "config": config}


CALL = {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "child"}}


def queued(tenant: Tenant) -> list[tuple[str, str | None, str | None, str]]:
    """(step, handler, what it waits for, state) of all that is queued."""
    return tenant.rows(
        "select s.step_name, q.handler, q.waits_for::text, q.state::text"
        " from pbdb.playbook_ready_steps as q"
        " inner join pbdb.playbook_step_results as r on r.id = q.result_id"
        " inner join pbdb.playbook_steps as s on s.id = r.step_id order by s.step_name"
    )


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (wait("w"), "INPUT"),
        (wait("w", event="paid"), "EVENT"),
        (wait("w", **{"for": 60}), "TIMER"),
    ],
)
def test_a_wait_says_what_it_waits_for(tenant: Tenant, step: Any, reason: str) -> None:
    tenant.apply(step)
    tenant.start()
    assert queued(tenant) == [("w", None, reason, "WAITING")]


def test_a_step_that_a_runner_runs_has_its_handler_and_waits_for_nothing_else(
    tenant: Tenant,
) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    assert queued(tenant) == [("f", "CUSTOM_FUNCTION:f", None, "READY")]
    tenant.one("select pbdb.pause_playbook_execution(%s)", execution)
    assert queued(tenant) == [("f", "CUSTOM_FUNCTION:f", None, "HELD")]
    tenant.one("select pbdb.resume_playbook_execution(%s)", execution)
    tenant.claim()
    assert queued(tenant) == [("f", "CUSTOM_FUNCTION:f", None, "LEASED")]


def test_a_call_waits_for_its_child_and_a_kept_place_for_the_engine(tenant: Tenant) -> None:
    tenant.apply(function("g"), name="child")
    tenant.apply(function("f"), CALL)
    execution = tenant.start()
    tenant.claim()
    tenant.one("select pbdb.pause_playbook_execution(%s)", execution)
    tenant.complete("f", 1)
    assert queued(tenant) == [("call", None, "ENGINE", "HELD")]
    tenant.one("select pbdb.resume_playbook_execution(%s)", execution)
    assert queued(tenant) == [
        ("call", None, "CHILD", "WAITING"),
        ("g", "CUSTOM_FUNCTION:g", None, "READY"),
    ]


def test_a_lost_step_that_must_not_run_again_waits_for_a_decision(tenant: Tenant, age: Any) -> None:
    tenant.apply({**function("f"), "config": {"function": "f", "on_lost": "wait"}})
    execution = tenant.start()
    tenant.claim()
    age("1 hour")
    tenant.worker.execute("select pbdb.sweep()")
    assert queued(tenant) == [("f", None, "LOST", "WAITING")]
    tenant.one("""select pbdb.submit_step_input(%s, 'f', '{"retry": true}')""", execution)
    assert queued(tenant) == [("f", "CUSTOM_FUNCTION:f", None, "READY")]


@pytest.mark.parametrize(
    "change",
    [
        "handler = 'API_CALL'",
        "waits_for = null",
        "handler = 'API_CALL', waits_for = null",
        "waits_for = 'ENGINE'",
        "waits_for = 'EVENT'",
        "event_name = 'paid'",
        "state = 'READY'",
    ],
)
def test_the_table_refuses_a_wait_that_contradicts_itself(
    tenant: Tenant, owner: Connection, change: str
) -> None:
    tenant.apply(wait("w"))
    tenant.start()
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute(f"update pbdb.playbook_ready_steps set {change}")
