"""One report that cannot be written does not take the others of its call with it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

import planted
from build import Tenant, function, transform

Connection = psycopg.Connection[Any]
Answers = dict[uuid.UUID, tuple[str, str | None]]

# All of them, everywhere: attack/.
SOME = (
    "0A000",
    "22008",
    "23505",
    "40001",
    "53200",
    "53400",
    "55P03",
    "57014",
    "P0004",
    "PB015",
    "XX000",
)


@pytest.fixture(autouse=True)
def _planted(owner: Connection, worker: Connection) -> Iterator[None]:
    planted.plant(owner)
    yield
    planted.no_rule(worker)


def refuse(tenant: Tenant, table: str, operation: str, code: str) -> None:
    planted.rule(tenant.worker, tenant.organization, table, operation, code)


def claim_all(*tenants: Tenant) -> list[dict[str, Any]]:
    return tenants[0].claim(limit=100)


def report(tenant: Tenant, rows: list[dict[str, Any]], output: str = "1") -> Answers:
    """Complete all of them in one call; {execution: (outcome, code)}."""
    executions = {row["step_result_id"]: row["execution_id"] for row in rows}
    answers = tenant.worker.execute(
        "select step_result_id, outcome, code"
        " from pbdb.complete_playbook_steps('w1', %s, %s, %s, %s)",
        (
            list(executions),
            [row["token"] for row in rows],
            [output] * len(rows),
            ['{"model": "m", "input_tokens": 1}'] * len(rows),
        ),
    ).fetchall()
    return {executions[result]: (outcome, code) for result, outcome, code in answers}


@pytest.mark.parametrize("code", SOME)
def test_the_rest_of_the_batch_goes_on(tenant: Tenant, other_tenant: Tenant, code: str) -> None:
    for each in (tenant, other_tenant):
        each.apply(function("work"), function("next"))
    bad, good = tenant.start(), other_tenant.start()
    rows = claim_all(tenant)
    refuse(tenant, "playbook_ready_steps", "INSERT", code)

    answers = report(tenant, rows)

    if code == "57014":
        # The call was cancelled, so what it still had to do comes again.
        assert {outcome for outcome, _ in answers.values()} <= {"accepted", "busy"}
        assert report(tenant, [r for r in rows if r["execution_id"] == good])[good][0] != "busy"
    else:
        assert answers[good] == ("accepted", None)
    assert [a[0] for a in other_tenant.attempts(good)] == ["work", "next"]
    is_own = code not in planted.OTHERS
    assert tenant.status(bad) == ("FAILED" if is_own else "RUNNING")
    if is_own:
        assert answers[bad] == ("failed", "ENGINE_ERROR")
    elif code != "57014":
        assert answers[bad] == ("refused", code)


def test_a_report_that_is_refused_five_times_fails_its_step(tenant: Tenant) -> None:
    tenant.apply(function("work"), function("next"))
    execution = tenant.start()
    rows = tenant.claim()
    refuse(tenant, "playbook_ready_steps", "INSERT", "XX000")

    answers = [report(tenant, rows)[execution] for _ in range(5)]

    assert answers == [("refused", "XX000")] * 4 + [("failed", "ENGINE_ERROR")]
    assert tenant.attempts(execution) == [("work", "FAILED", 1, 1, "ENGINE_ERROR")]


def test_a_refused_report_may_come_again_when_the_reason_is_gone(tenant: Tenant) -> None:
    tenant.apply(function("work"), function("next"))
    execution = tenant.start()
    rows = tenant.claim()
    refuse(tenant, "playbook_ready_steps", "INSERT", "53100")
    assert report(tenant, rows) == {execution: ("refused", "53100")}
    planted.no_rule(tenant.worker)

    assert report(tenant, rows) == {execution: ("accepted", None)}


def test_the_failure_path_handles_what_cannot_follow(tenant: Tenant) -> None:
    tenant.apply(
        function("work", on_failure="mend"),
        {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"event": "e"}, "is_final": True},
        transform("mend", "$error.code"),
    )
    execution = tenant.start()
    rows = tenant.claim()
    refuse(tenant, "playbook_ready_steps", "INSERT", "23514")

    assert report(tenant, rows) == {execution: ("failed", "ENGINE_ERROR")}
    assert tenant.result(execution)["output_data"] == "ENGINE_ERROR"


def test_a_usage_that_cannot_be_written_undoes_nothing(
    tenant: Tenant, other_tenant: Tenant, owner: Connection
) -> None:
    for each in (tenant, other_tenant):
        each.apply(function("work"))
    bad, good = tenant.start(), other_tenant.start()
    rows = claim_all(tenant)
    refuse(tenant, "playbook_usage", "INSERT", "XX000")

    assert set(report(tenant, rows).values()) == {("accepted", None)}

    assert (tenant.status(bad), other_tenant.status(good)) == ("COMPLETED", "COMPLETED")
    assert owner.execute("select organization_id from pbdb.playbook_usage").fetchall() == [
        (other_tenant.organization,)
    ]


def test_a_release_that_cannot_be_written_stops_no_other(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        each.apply(function("work"))
        each.start()
    rows = claim_all(tenant)
    refuse(tenant, "playbook_step_results", "UPDATE", "XX000")

    outcomes = dict(
        tenant.worker.execute(
            "select step_result_id, outcome from pbdb.release_playbook_steps('w1', %s, %s)",
            ([row["step_result_id"] for row in rows], [row["token"] for row in rows]),
        ).fetchall()
    )

    assert {r["organization_id"]: outcomes[r["step_result_id"]] for r in rows} == {
        tenant.organization: "refused",
        other_tenant.organization: "released",
    }


def test_what_a_child_raises_is_not_its_parents_report(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(transform("in", 1), name="child")
    call = {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "child"}}
    tenant.apply(function("work"), call)
    execution = tenant.start()
    rows = tenant.claim()
    # The child begins where its parent's step has been waiting; that place goes away.
    refuse(tenant, "playbook_step_results", "DELETE", "XX000")

    assert report(tenant, rows) == {execution: ("accepted", None)}

    planted.no_rule(tenant.worker)
    for _ in range(2):
        tenant.worker.execute("select pbdb.sweep()")
    assert tenant.status(execution) == "COMPLETED"
    assert owner.execute("select count(*) from pbdb.playbook_setbacks").fetchone() == (0,)


def test_no_report_of_a_long_batch_uses_up_the_subtransactions(
    tenant: Tenant, other_tenant: Tenant, owner: Connection
) -> None:
    for each in (tenant, other_tenant):
        each.apply(function("work"))
    tenant.start()
    for _ in range(80):
        other_tenant.start()
    rows = claim_all(tenant)
    refuse(tenant, "playbook_executions", "UPDATE", "XX000")

    with tenant.worker.transaction():
        answers = report(tenant, rows)
        used = owner.execute(
            "select count(*) from pg_locks where locktype = 'transactionid' and pid = %s",
            (tenant.worker.info.backend_pid,),
        ).fetchone()
    assert used is not None and used[0] <= 50
    left = [row for row in rows if answers[row["execution_id"]][0] == "busy"]
    assert 30 < len(left) < 50
    assert "busy" not in {outcome for outcome, _ in report(tenant, left).values()}
