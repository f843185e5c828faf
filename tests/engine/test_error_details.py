"""What a failure carried beside its message is kept with the attempt and reaches the failure path."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform


def branch(name: str, *cases: tuple[str, str], **config: Any) -> dict[str, Any]:
    config["branches"] = [{"when": when, "then": target} for when, target in cases]
    return {"name": name, "type": "CONDITIONAL_BRANCH", "config": config}


def handled(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    look = transform("look", {"error": "$error", "step": "$steps.a.error"}, is_final=True)
    return [*steps, look]


@pytest.mark.parametrize(
    ("details", "kept"),
    [
        ({"status_code": 409, "data": {"field": "vat"}}, True),
        ([1, 2], True),
        ("a sentence", True),
        ({}, False),
        (None, False),
    ],
)
def test_details_reach_the_attempt_the_timeline_and_the_failure_path(
    tenant: Tenant, details: Any, kept: bool
) -> None:
    tenant.apply(*handled(function("a", on_failure="look", max_retries=0)))
    execution = tenant.start()
    tenant.claim()
    tenant.fail("a", code="HTTP_STATUS", message="no", details=details)
    expected = {"code": "HTTP_STATUS", "message": "no", "step": "a"}
    if kept:
        expected["details"] = details
    output = tenant.result(execution)["output_data"]
    assert output == {"error": expected, "step": expected}
    told = tenant.rows(
        "select error_details from pbdb.get_execution_timeline(%s) where step_name = 'a'", execution
    )
    assert told == [(details if kept else None,)]


def test_a_path_can_branch_on_what_a_service_answered(tenant: Tenant) -> None:
    tenant.apply(
        function("a", on_failure="which", max_retries=0),
        branch("which", ("$error.details.status_code == 404", "gone"), default="other"),
        transform("gone", "gone", is_final=True),
        transform("other", "other", is_final=True),
    )
    for status, output in ((404, "gone"), (409, "other")):
        execution = tenant.start()
        tenant.claim()
        tenant.fail("a", details={"status_code": status})
        assert tenant.result(execution)["output_data"] == output


def test_details_over_their_cap_are_cut_and_say_so(tenant: Tenant) -> None:
    tenant.apply(function("a", max_retries=0))
    execution = tenant.start()
    tenant.claim()
    tenant.fail("a", details={"body": "x" * 100_000})
    ((found,),) = tenant.rows(
        "select error_details from pbdb.get_execution_timeline(%s)", execution
    )
    assert found["truncated"] is True
    assert found["text"].startswith('{"body": "xxx')
    assert len(found["text"]) == 4000


def test_behind_a_parallel_step_each_failure_has_its_name_and_code(tenant: Tenant) -> None:
    body = [function("f", max_retries=0)], [function("g", max_retries=0)]
    tenant.apply(
        {
            "name": "both",
            "type": "PARALLEL_EXECUTION",
            "config": {"join": "any"},
            "branches": {"a": body[0], "b": body[1]},
            "on_failure": "look",
        },
        transform("look", "$error.failures", is_final=True),
    )
    execution = tenant.start()
    tenant.claim()
    tenant.fail("g", code="NO", message="not this one", details={"kept": "with its own attempt"})
    tenant.fail("f", code="NOR", message="that")
    assert tenant.result(execution)["output_data"] == [
        {"branch": "b", "step": "g", "code": "NO", "message": "not this one"},
        {"branch": "a", "step": "f", "code": "NOR", "message": "that"},
    ]


def test_behind_a_for_each_a_failure_is_named_by_its_item(tenant: Tenant) -> None:
    tenant.apply(
        {
            "name": "each",
            "type": "PARALLEL_EXECUTION",
            "config": {"for_each": "$input.items", "max_parallel": 50, "join": "all"},
            "steps": [transform("f", "$item.no_such.double()")],
            "on_failure": "look",
        },
        transform("look", "$error.failures", is_final=True),
    )
    execution = tenant.start({"items": [{"no_such": "never"}]})
    ((failure,),) = tenant.rows(
        "select output_data from pbdb.playbook_executions where id = %s", execution
    )
    assert [(each["index"], each["step"]) for each in failure] == [(0, "f")]


def test_an_attempt_that_failed_has_its_tokens_in_the_ledger(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("a", max_retries=1, retry_delay_seconds=0))
    execution = tenant.start()
    tenant.claim()
    tenant.fail("a", usage={"model": "m", "input_tokens": 7, "output_tokens": 2, "cost_usd": 0.5})
    tenant.claim()
    tenant.fail("a", usage="none of it")
    spent = owner.execute(
        "select model, input_tokens, output_tokens, cost_usd from pbdb.playbook_usage"
        " where execution_id = %s",
        (execution,),
    ).fetchall()
    assert [(m, i, o, float(c)) for m, i, o, c in spent] == [("m", 7, 2, 0.5)]
