"""Refusing: another runner may be able to; the attempt is not used; five times are enough."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform, violations

Age = Callable[[str], None]
Connection = psycopg.Connection[Any]

REASON = {"code": "NOT_CONFIGURED", "message": "set X"}


def refuse(tenant: Tenant, *steps: str) -> list[tuple[Any, ...]]:
    """Refuse held steps in one call; the outcomes with code and message, in the steps' order."""
    ids = [tenant.held[step][0] for step in steps]
    rows = tenant.worker.execute(
        "select step_result_id, outcome, code, message"
        " from pbdb.refuse_playbook_steps('w1', %s, %s, %s::jsonb[])",
        (ids, [tenant.held[step][1] for step in steps], [json.dumps(REASON)] * len(steps)),
    ).fetchall()
    said = {row[0]: row[1:] for row in rows}
    return [said[each] for each in ids]


def refuse_five_times(tenant: Tenant, age: Age, *steps: str) -> None:
    """Refuse held steps five times, and hold them again."""
    for _ in range(5):
        assert {each[0] for each in refuse(tenant, *steps)} == {"released"}
        age("1 minute")
        assert len(tenant.claim()) == len(steps)


def test_a_refused_step_is_offered_again_a_moment_later_as_the_same_attempt(
    tenant: Tenant, age: Age
) -> None:
    tenant.apply(function("a"))
    execution = tenant.start()
    tenant.claim()

    assert refuse(tenant, "a") == [("released", None, None)]

    assert tenant.claim() == []
    age("0.2 s")
    (again,) = tenant.claim()
    assert (again["attempt_number"], again["token"]) == (1, tenant.held["a"][1])
    assert tenant.complete("a", 1) == "accepted"
    assert tenant.attempts(execution) == [("a", "COMPLETED", 1, 1, None)]


def test_each_time_it_waits_twice_as_long(tenant: Tenant, owner: Connection, age: Age) -> None:
    tenant.apply(function("a"))
    tenant.start()
    waits = []
    for _ in range(5):
        tenant.claim()
        refuse(tenant, "a")
        row = owner.execute(
            "select extract(epoch from due_at - clock_timestamp()) from pbdb.playbook_ready_steps"
        ).fetchone()
        assert row is not None
        waits.append(float(row[0]))
        age("1 minute")

    assert waits == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2], abs=0.15)


def test_the_sixth_refusal_fails_the_step_for_good_with_its_reason(
    tenant: Tenant, owner: Connection, age: Age
) -> None:
    tenant.apply(function("a", max_retries=3))
    execution = tenant.start()
    tenant.claim()
    refuse_five_times(tenant, age, "a")

    assert refuse(tenant, "a") == [("failed", "NOT_CONFIGURED", "set X")]

    assert tenant.attempts(execution) == [("a", "FAILED", 1, 1, "NOT_CONFIGURED")]
    result = tenant.result(execution)
    assert (result["status"], result["error_code"]) == ("FAILED", "NOT_CONFIGURED")
    assert refuse(tenant, "a")[0][0] in ("stale", "repeated")
    assert violations(owner) == []


def test_a_step_that_nobody_can_run_takes_its_failure_path(tenant: Tenant, age: Age) -> None:
    sorry = transform("sorry", {"why": "$error.code"}, is_final=True)
    tenant.apply(function("a", on_failure="sorry"), sorry)
    execution = tenant.start()
    tenant.claim()
    refuse_five_times(tenant, age, "a")
    refuse(tenant, "a")

    assert tenant.result(execution)["output_data"] == {"why": "NOT_CONFIGURED"}


def test_runners_that_stop_meanwhile_do_not_begin_the_count_anew(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a"))
    tenant.start()
    tenant.claim()
    refuse_five_times(tenant, age, "a")
    tenant.worker.execute(
        "select pbdb.release_playbook_steps('w1', %s, %s)",
        ([tenant.held["a"][0]], [tenant.held["a"][1]]),
    )
    assert len(tenant.claim(worker="w2")) == 1

    assert refuse(tenant, "a")[0][0] == "failed"


def test_another_attempt_has_refusals_of_its_own(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a", retry_delay_seconds=0))
    tenant.start()
    tenant.claim()
    refuse_five_times(tenant, age, "a")
    tenant.fail("a")
    assert [row["attempt_number"] for row in tenant.claim()] == [2]

    assert refuse(tenant, "a")[0][0] == "released"


def test_while_paused_a_refused_step_is_kept(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a"))
    execution = tenant.start()
    tenant.claim()
    tenant.one("select pbdb.pause_playbook_execution(%s)", execution)

    assert refuse(tenant, "a")[0][0] == "released"

    age("1 minute")
    assert tenant.claim() == []
    tenant.one("select pbdb.resume_playbook_execution(%s)", execution)
    assert len(tenant.claim()) == 1


def test_one_refusal_of_a_call_may_end_the_execution_of_the_next(
    tenant: Tenant, owner: Connection, age: Age
) -> None:
    branches = {"left": [function("a")], "right": [function("b")]}
    tenant.apply({"name": "both", "type": "PARALLEL_EXECUTION", "branches": branches})
    execution = tenant.start()
    assert len(tenant.claim()) == 2
    refuse_five_times(tenant, age, "a", "b")

    assert sorted(each[0] for each in refuse(tenant, "a", "b")) == ["failed", "stale"]

    assert tenant.status(execution) == "FAILED"
    assert violations(owner) == []


def test_a_refusal_needs_a_reason_for_each_step(tenant: Tenant) -> None:
    tenant.apply(function("a"))
    tenant.start()
    tenant.claim()
    result_id, token = tenant.held["a"]

    with pytest.raises(psycopg.Error, match="1 step results but 0 values"):
        tenant.worker.execute(
            "select pbdb.refuse_playbook_steps('w1', %s, %s, '{}')", ([result_id], [token])
        )


def test_the_diagnosis_says_how_often_it_was_refused(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(function("a"))
    execution = tenant.start()
    tenant.claim()
    refuse(tenant, "a")

    said = owner.execute("select finding from pbdb.diagnose_execution(%s)", (execution,)).fetchall()
    assert any("1 times a runner could not execute it" in finding for (finding,) in said), said
