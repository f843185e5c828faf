"""Attempts, backoff, permanent errors, retrying a failed execution."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, function, transform


def make_due(owner: psycopg.Connection[Any], execution: uuid.UUID) -> None:
    """Let the backoff of an execution pass."""
    owner.execute(
        "update pbdb.playbook_ready_steps set due_at = clock_timestamp() where execution_id = %s",
        (execution,),
    )


def test_a_failed_attempt_is_retried_with_a_row_of_its_own(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("f", max_retries=2))
    execution = tenant.start()

    tenant.claim()
    assert tenant.fail("f") == "accepted"
    make_due(owner, execution)
    tenant.claim()
    assert tenant.complete("f", "ok") == "accepted"

    assert tenant.attempts(execution) == [
        ("f", "FAILED", 1, 1, "BOOM"),
        ("f", "COMPLETED", 1, 2, None),
    ]
    assert tenant.status(execution) == "COMPLETED"


def test_the_delay_doubles_with_full_jitter_up_to_an_hour(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("f", max_retries=20, retry_delay_seconds=600))
    execution = tenant.start()
    delays = []
    for _ in range(5):
        make_due(owner, execution)
        tenant.claim()
        tenant.fail("f")
        row = owner.execute(
            "select extract(epoch from due_at - clock_timestamp())::float"
            " from pbdb.playbook_ready_steps where execution_id = %s",
            (execution,),
        ).fetchone()
        assert row is not None
        delays.append(row[0])

    assert all(-1 <= d <= cap for d, cap in zip(delays, [600, 1200, 2400, 3600, 3600], strict=True))
    assert len(set(delays)) == 5


def test_a_retry_waits_at_least_as_long_as_the_handler_asks(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("f", retry_delay_seconds=0))
    execution = tenant.start()
    tenant.claim()
    tenant.fail("f", retry_after_seconds=500)

    row = owner.execute(
        "select due_at > clock_timestamp() + interval '490 s' from pbdb.playbook_ready_steps"
        " where execution_id = %s",
        (execution,),
    ).fetchone()
    assert row == (True,)
    assert tenant.claim() == []


def test_a_permanent_error_is_not_retried(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=5))
    execution = tenant.start()

    tenant.claim()
    tenant.fail("f", permanent=True)

    assert tenant.attempts(execution) == [("f", "FAILED", 1, 1, "BOOM")]
    assert tenant.result(execution)["error_code"] == "BOOM"


def test_zero_retries_means_one_attempt(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=0))
    execution = tenant.start()
    tenant.claim()
    tenant.fail("f")

    assert tenant.status(execution) == "FAILED"


def test_the_last_failure_takes_the_failure_path(tenant: Tenant) -> None:
    tenant.apply(
        function("f", max_retries=0, on_failure="rescue", is_final=True),
        transform("rescue", "$error.message"),
    )
    execution = tenant.start()
    tenant.claim()
    tenant.fail("f", message="it broke")

    assert tenant.result(execution)["output_data"] == "it broke"


def test_an_output_that_does_not_fit_is_a_failed_attempt(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=0, output_schema={"type": "object"}))
    execution = tenant.start()
    tenant.claim()

    assert tenant.complete("f", "text") == "failed"
    assert tenant.result(execution)["error_code"] == "OUTPUT_INVALID"


def test_a_failed_execution_is_retried_from_the_step_that_failed(tenant: Tenant) -> None:
    tenant.apply(
        transform("a", 1), function("f", max_retries=0), transform("end", "$steps.f.output")
    )
    execution = tenant.start()
    tenant.claim()
    tenant.fail("f")

    tenant.one("select pbdb.retry_playbook_execution(%s)", execution)
    tenant.claim()
    tenant.complete("f", "second time")

    assert tenant.result(execution)["output_data"] == "second time"
    assert [a[:3] for a in tenant.attempts(execution)] == [
        ("a", "COMPLETED", 1),
        ("f", "FAILED", 1),
        ("f", "COMPLETED", 2),
        ("end", "COMPLETED", 1),
    ]
    assert tenant.result(execution)["completed_steps"] == 3


def test_a_retry_does_not_go_back_to_a_failure_that_was_handled(tenant: Tenant) -> None:
    tenant.apply(
        function("try", max_retries=0, on_failure="rescue"),
        transform("rescue", "text"),
        output_schema={"type": "number"},
    )
    execution = tenant.start()
    tenant.claim()
    tenant.fail("try")
    assert tenant.result(execution)["error_code"] == "OUTPUT_INVALID"

    tenant.one("select pbdb.retry_playbook_execution(%s)", execution)

    assert [a[:3] for a in tenant.attempts(execution)] == [
        ("try", "FAILED", 1),
        ("rescue", "COMPLETED", 1),
        ("rescue", "COMPLETED", 2),
    ]


def test_a_cancelled_execution_is_retried_from_a_named_step(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.n"), function("f"))
    execution = tenant.start({"n": 1})
    tenant.one("select pbdb.cancel_playbook_execution(%s)", execution)

    tenant.one("select pbdb.retry_playbook_execution(%s, 'a')", execution)

    assert [a[:3] for a in tenant.attempts(execution)] == [
        ("a", "COMPLETED", 1),
        ("f", "SKIPPED", 1),
        ("a", "COMPLETED", 2),
        ("f", "PENDING", 2),
    ]


def test_progress_counts_what_a_cancel_had_closed_and_a_retry_completed(tenant: Tenant) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    tenant.one("select pbdb.cancel_playbook_execution(%s)", execution)

    tenant.one("select pbdb.retry_playbook_execution(%s)", execution)
    tenant.claim()
    tenant.complete("f", 1)

    result = tenant.result(execution)
    assert (result["completed_steps"], result["total_steps"]) == (1, 1)


def test_retrying_from_an_unknown_step_says_which_there_are(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.word + 1"))
    execution = tenant.start({"word": "x"})

    with pytest.raises(psycopg.Error) as refused:
        tenant.one("select pbdb.retry_playbook_execution(%s, 'nope')", execution)

    assert refused.value.sqlstate == "PB017"
    assert "a" in str(refused.value.diag.message_hint)


def test_a_completed_execution_cannot_be_retried(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1))
    execution = tenant.start()

    with pytest.raises(psycopg.Error) as refused:
        tenant.one("select pbdb.retry_playbook_execution(%s)", execution)

    assert refused.value.sqlstate == "PB008"


def test_a_retry_with_another_input_reads_it_from_there_on(tenant: Tenant) -> None:
    tenant.apply(
        transform("before", "$input.n"),
        function("f", max_retries=0),
        transform("after", {"before": "$steps.before.output", "now": "$input.n"}),
        input_schema={"required": ["n"]},
    )
    execution = tenant.start({"n": 1})
    tenant.claim()
    tenant.fail("f")

    tenant.one(
        "select pbdb.retry_playbook_execution(%s, p_input => %s)", execution, Jsonb({"n": 2})
    )
    (claimed,) = tenant.claim()
    tenant.complete("f", 1)

    assert claimed["input"] == {"n": 2}
    result = tenant.result(execution)
    assert (result["input_data"], result["output_data"]) == ({"n": 2}, {"before": 1, "now": 2})
    inputs = tenant.rows(
        """
        select t.step_name, t.visit, r.input_data
        from pbdb.get_execution_timeline(%s) as t
        cross join lateral pbdb.get_step_result(t.step_result_id) as r
        """,
        execution,
    )
    assert inputs == [
        ("before", 1, {"n": 1}),
        ("f", 1, {"n": 1}),
        ("f", 2, {"n": 2}),
        ("after", 1, {"n": 2}),
    ]


def test_each_attempt_keeps_the_input_that_it_read_however_often_it_changes(
    tenant: Tenant,
) -> None:
    tenant.apply(function("f", max_retries=0))
    execution = tenant.start({"n": 0})
    for number in (1, 2):
        tenant.claim()
        tenant.fail("f")
        tenant.one(
            "select pbdb.retry_playbook_execution(%s, 'f', %s)", execution, Jsonb({"n": number})
        )
    tenant.claim()
    tenant.complete("f", 1)

    inputs = tenant.rows(
        "select r.input_data from pbdb.get_execution_timeline(%s) as t"
        " cross join lateral pbdb.get_step_result(t.step_result_id) as r",
        execution,
    )
    assert inputs == [({"n": 0},), ({"n": 1},), ({"n": 2},)]


def test_an_input_that_does_not_fit_retries_nothing(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=0), input_schema={"required": ["n"]})
    execution = tenant.start({"n": 1})
    tenant.claim()
    tenant.fail("f")

    with pytest.raises(psycopg.Error) as refused:
        tenant.one("select pbdb.retry_playbook_execution(%s, null, '{}')", execution)

    assert refused.value.sqlstate == "PB006"
    assert tenant.result(execution)["input_data"] == {"n": 1}
    assert tenant.status(execution) == "FAILED"
    assert tenant.rows("select * from pbdb.playbook_replaced_inputs") == []
