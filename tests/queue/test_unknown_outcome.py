"""A failure after which nobody knows whether the step had its effect: on_lost decides, as for a lost runner."""

from __future__ import annotations

from typing import Any

import pytest

from build import Tenant, violations


def work(on_lost: str | None, **config: Any) -> dict[str, Any]:
    if on_lost is not None:
        config["on_lost"] = on_lost
    return {
        "name": "work",
        "type": "CUSTOM_FUNCTION",
        "config": {"function": "work", **config},
        "max_retries": 2,
        "retry_delay_seconds": 0,
    }


def post(**config: Any) -> dict[str, Any]:
    config = {"url": "https://example.com", "method": "POST", **config}
    return {"name": "work", "type": "API_CALL", "config": config, "max_retries": 2,
            "retry_delay_seconds": 0}  # fmt: skip


def fail(tenant: Tenant, **error: Any) -> str:
    tenant.claim()
    return tenant.fail("work", "HTTP_ERROR", unknown_outcome=True, **error)


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (work(None), "RUNNING"),
        (work("retry"), "RUNNING"),
        (work("fail"), "FAILED"),
        (work("wait"), "PAUSED"),
        (post(), "FAILED"),
        (post(method="PATCH"), "FAILED"),
        (post(method="PUT"), "RUNNING"),
        (post(idempotent=True), "RUNNING"),
        (post(on_lost="retry"), "RUNNING"),
        (post(on_lost="wait"), "PAUSED"),
    ],
)
def test_what_may_have_happened_is_done_again_only_where_it_may_be(
    tenant: Tenant, step: dict[str, Any], status: str
) -> None:
    tenant.apply(step)
    execution = tenant.start()

    assert fail(tenant) == "accepted"

    assert tenant.status(execution) == status
    assert len(tenant.attempts(execution)) == (2 if status == "RUNNING" else 1)
    if status == "FAILED":
        assert tenant.result(execution)["error_code"] == "HTTP_ERROR"


def test_a_known_failure_of_the_same_step_is_tried_again(tenant: Tenant) -> None:
    tenant.apply(post())
    execution = tenant.start()
    tenant.claim()
    tenant.fail("work", "HTTP_STATUS")
    assert len(tenant.attempts(execution)) == 2


@pytest.mark.parametrize(
    ("decision", "status"),
    [('{"output": {"id": 7}}', "COMPLETED"), ('{"fail": true}', "FAILED"),
     ('{"retry": true}', "RUNNING")],
)  # fmt: skip
def test_a_person_decides_what_became_of_it(
    tenant: Tenant, owner: Any, decision: str, status: str
) -> None:
    tenant.apply(work("wait"))
    execution = tenant.start()
    fail(tenant, message="the connection was cut")
    ((prompt, kind),) = tenant.rows("select prompt, waits_for from pbdb.list_inbox()")
    assert kind == "decision"
    assert 'the connection was cut, and nobody knows whether step "work" had its' in prompt

    tenant.one("select pbdb.submit_step_input(%s, 'work', %s::jsonb)", execution, decision)

    assert tenant.status(execution) == status
    assert violations(owner) == []


def test_several_reports_of_one_call_each_have_their_own_outcome(tenant: Tenant) -> None:
    tenant.apply(work("wait"), name="waits")
    tenant.apply(work("fail"), name="fails")
    tenant.apply(work("retry"), name="retries")
    executions = {name: tenant.start(name=name) for name in ("waits", "fails", "retries")}
    held = tenant.claim()
    error = '{"code": "TIMEOUT", "message": "late", "unknown_outcome": true}'
    outcomes = tenant.worker.execute(
        "select outcome from pbdb.fail_playbook_steps('w1', %s, %s, array_fill(%s::jsonb, '{3}'))",
        ([s["step_result_id"] for s in held], [s["token"] for s in held], error),
    ).fetchall()

    assert [row[0] for row in outcomes] == ["accepted"] * 3
    statuses = {name: tenant.status(each) for name, each in executions.items()}
    assert statuses == {"waits": "PAUSED", "fails": "FAILED", "retries": "RUNNING"}
