"""A lease that runs out gives the step to somebody else, within its attempts and as on_lost says."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from build import Tenant, function

Age = Callable[[str], None]
Connection = psycopg.Connection[Any]


def sweep(tenant: Tenant) -> dict[str, int]:
    return dict(tenant.worker.execute("select what, count from pbdb.sweep()").fetchall())


def heartbeat(tenant: Tenant, step: str, lease: int = 60) -> str:
    result_id, token = tenant.held[step]
    row = tenant.worker.execute(
        "select outcome from pbdb.heartbeat_playbook_steps('w1', %s, %s, %s)",
        ([result_id], [token], lease),
    ).fetchone()
    assert row is not None
    return str(row[0])


def call(**config: Any) -> dict[str, Any]:
    return {
        "name": "call",
        "type": "API_CALL",
        "config": {"url": "https://example.org", **config},
        "retry_delay_seconds": 0,
    }


def test_a_step_whose_lease_ran_out_is_lost_and_tried_again(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a", retry_delay_seconds=0))
    execution = tenant.start()
    first = tenant.claim(lease=30)[0]
    age("31 s")
    second = tenant.claim()[0]
    assert second["attempt_number"] == 2
    assert second["token"] != first["token"]
    assert tenant.attempts(execution) == [
        ("a", "FAILED", 1, 1, "LOST"),
        ("a", "RUNNING", 1, 2, None),
    ]
    assert tenant.complete("a", 1) == "accepted"
    assert tenant.result(execution)["output_data"] == 1


def test_a_sweep_finds_it_without_any_claim(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a", retry_delay_seconds=0))
    execution = tenant.start()
    tenant.claim(lease=30)
    assert sweep(tenant) == {}
    age("31 s")
    assert sweep(tenant) == {"lease expired": 1}
    assert sweep(tenant) == {}
    assert [a[1] for a in tenant.attempts(execution)] == ["FAILED", "PENDING"]


def test_a_sweep_looks_again_at_what_it_found(tenant: Tenant, owner: Connection) -> None:
    """Between finding a lease and locking it a heartbeat may have extended it."""
    tenant.apply(function("a"))
    execution = tenant.start()
    result_id = tenant.claim()[0]["step_result_id"]
    assert owner.execute("select pbdb._sweep_step(%s)", (result_id,)).fetchone() == (None,)
    assert owner.execute("select pbdb._sweep_execution(%s)", (execution,)).fetchone() == (None,)
    assert tenant.complete("a", 1) == "accepted"


def test_a_step_that_is_lost_each_time_fails_as_lost_too_often(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a", retry_delay_seconds=0, max_retries=2))
    execution = tenant.start()
    for _ in range(3):
        assert len(tenant.claim(lease=5)) == 1
        age("6 s")
    assert tenant.claim() == []
    assert [a[4] for a in tenant.attempts(execution)] == ["LOST", "LOST", "LOST_TOO_OFTEN"]
    assert tenant.status(execution) == "FAILED"


def test_lost_attempts_and_failed_attempts_share_one_budget(
    tenant: Tenant, owner: Connection, age: Age
) -> None:
    tenant.apply(function("a", retry_delay_seconds=0, max_retries=1))
    execution = tenant.start()
    tenant.claim()
    tenant.fail("a")
    tenant.claim(lease=10)
    age("11 s")
    assert tenant.claim() == []
    assert [a[4] for a in tenant.attempts(execution)] == ["BOOM", "LOST_TOO_OFTEN"]
    assert tenant.result(execution)["error_code"] == "LOST_TOO_OFTEN"
    lost = owner.execute("select is_lost from pbdb.playbook_step_results order by id").fetchall()
    assert lost == [(False,), (True,)]


def test_a_result_that_comes_after_the_lease_but_before_anybody_else_is_taken(
    tenant: Tenant, age: Age
) -> None:
    tenant.apply(function("a"))
    execution = tenant.start()
    tenant.claim(lease=5)
    age("6 s")
    assert tenant.complete("a", "late but first") == "accepted"
    assert tenant.result(execution)["output_data"] == "late but first"
    assert tenant.attempts(execution) == [("a", "COMPLETED", 1, 1, None)]


def test_a_heartbeat_that_comes_late_but_first_keeps_the_lease(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a"))
    tenant.start()
    tenant.claim(lease=5)
    age("6 s")
    assert heartbeat(tenant, "a") == "extended"
    assert sweep(tenant) == {}
    assert tenant.complete("a", 1) == "accepted"


def test_a_heartbeat_never_extends_beyond_the_timeout_of_the_step(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a", timeout_seconds=10, retry_delay_seconds=0))
    execution = tenant.start()
    tenant.claim(lease=5)
    for _ in range(2):
        age("4 s")
        assert heartbeat(tenant, "a") == "extended"
    age("4 s")
    assert heartbeat(tenant, "a") == "timed_out"
    age("2 s")
    sweep(tenant)
    assert [a[4] for a in tenant.attempts(execution)] == ["TIMEOUT", None]


def test_a_step_that_takes_longer_than_its_timeout_ends_as_timeout(
    tenant: Tenant, age: Age
) -> None:
    tenant.apply(function("a", timeout_seconds=10, max_retries=0))
    execution = tenant.start()
    tenant.claim(lease=60)
    age("13 s")
    assert sweep(tenant) == {"lease expired": 1}
    assert tenant.attempts(execution) == [("a", "TIMEOUT", 1, 1, "TIMEOUT")]
    assert heartbeat(tenant, "a") == "timed_out"
    assert tenant.complete("a", 1) == "stale"


@pytest.mark.parametrize(("left", "found"), [("1 ms", 1), ("-1 s", 0)])
def test_a_lease_ends_when_it_says_and_not_before(
    tenant: Tenant, owner: Connection, left: str, found: int
) -> None:
    """Over by a millisecond is over; a second to go is held."""
    tenant.apply(function("a"))
    tenant.start()
    tenant.claim()
    owner.execute(
        "update pbdb.playbook_ready_steps set due_at = clock_timestamp() - %s::interval", (left,)
    )
    assert sum(sweep(tenant).values()) == found


def test_a_lease_is_held_up_to_its_last_millisecond(tenant: Tenant, owner: Connection) -> None:
    """Asked again and again around the moment: never lost before it, always after it."""
    tenant.apply(function("a"))
    tenant.start()
    tenant.claim()
    row = owner.execute(
        "update pbdb.playbook_ready_steps set due_at = clock_timestamp() + interval '150 ms'"
        " returning due_at"
    ).fetchone()
    assert row is not None
    while True:
        before = tenant.worker.execute("select clock_timestamp()").fetchone()
        found = sweep(tenant)
        after = tenant.worker.execute("select clock_timestamp()").fetchone()
        assert before is not None and after is not None
        if found:
            assert after[0] >= row[0]
            return
        assert before[0] < row[0]
        time.sleep(0.0005)


def test_the_clock_is_read_after_a_lock_was_waited_for(
    tenant: Tenant, owner: Connection, connect: Callable[..., Connection]
) -> None:
    """A claim's lease counts from when it is given, not from when its transaction began."""
    tenant.apply(function("a"))
    tenant.start()
    session = connect("worker_two", autocommit=False)
    session.execute("select 1")
    time.sleep(0.5)
    row = session.execute(
        "select lease_expires_at - now() from pbdb.claim_playbook_steps('w', "
        "array['CUSTOM_FUNCTION'], 1, 10)"
    ).fetchone()
    session.commit()
    assert row is not None
    assert row[0].total_seconds() > 10.4


def test_a_report_whose_execution_is_held_is_busy_and_comes_again(
    tenant: Tenant, owner: Connection, connect: Callable[..., Connection]
) -> None:
    tenant.apply(function("a"))
    execution, other = tenant.start(), tenant.start()
    rows = tenant.claim()
    blocker = connect("owner", autocommit=False)
    blocker.execute("select from pbdb.playbook_executions where id = %s for update", (execution,))

    def report(what: str) -> dict[uuid.UUID, str]:
        answers = tenant.worker.execute(
            what, ([row["step_result_id"] for row in rows], [row["token"] for row in rows])
        ).fetchall()
        outcomes = {answer[0]: answer[1] for answer in answers}
        return {row["execution_id"]: outcomes[row["step_result_id"]] for row in rows}

    complete = (
        "select step_result_id, outcome"
        " from pbdb.complete_playbook_steps('w1', %s, %s, array['1', '1'])"
    )
    release = "select step_result_id, outcome from pbdb.release_playbook_steps('w1', %s, %s)"
    began = time.monotonic()
    assert report(complete) == {execution: "busy", other: "accepted"}
    assert report(release) == {execution: "busy", other: "stale"}
    assert time.monotonic() - began < 2
    row = blocker.execute("select clock_timestamp()").fetchone()
    blocker.commit()

    assert report(complete) == {execution: "accepted", other: "repeated"}
    assert row is not None
    assert tenant.result(execution)["completed_at"] > row[0]


def test_a_report_waits_a_moment_for_a_lock_that_is_gone_at_once(
    tenant: Tenant, connect: Callable[..., Connection]
) -> None:
    tenant.apply(function("a"))
    execution = tenant.start()
    tenant.claim()
    blocker = connect("owner", autocommit=False)
    blocker.execute("select from pbdb.playbook_executions where id = %s for update", (execution,))
    answers: list[str] = []
    reporter = threading.Thread(target=lambda: answers.append(tenant.complete("a", 1)))
    reporter.start()
    time.sleep(0.02)
    blocker.commit()
    reporter.join()

    assert answers == ["accepted"]


def test_on_lost_fail_ends_the_step_though_attempts_are_left(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a", config={"function": "a", "on_lost": "fail"}))
    execution = tenant.start()
    tenant.claim(lease=5)
    age("6 s")
    sweep(tenant)
    assert tenant.attempts(execution) == [("a", "FAILED", 1, 1, "LOST_TOO_OFTEN")]
    assert tenant.status(execution) == "FAILED"


@pytest.mark.parametrize(
    ("decision", "status", "attempts"),
    [
        ({"output": {"paid": True}}, "COMPLETED", [("a", "COMPLETED", 1, 1, None)]),
        (
            {"retry": True},
            "RUNNING",
            [("a", "FAILED", 1, 1, "LOST"), ("a", "PENDING", 1, 2, None)],
        ),
        ({"fail": True}, "FAILED", [("a", "FAILED", 1, 1, "LOST_TOO_OFTEN")]),
    ],
)
def test_on_lost_wait_asks_a_person(
    tenant: Tenant, age: Age, decision: Any, status: str, attempts: list[Any]
) -> None:
    tenant.apply(function("a", config={"function": "a", "on_lost": "wait"}, retry_delay_seconds=0))
    execution = tenant.start()
    tenant.claim(lease=5)
    age("6 s")
    assert sweep(tenant) == {"lease expired": 1}
    assert tenant.status(execution) == "PAUSED"
    assert tenant.claim() == []
    # Whoever was lost has lost its say, too.
    assert tenant.complete("a", "late") == "stale"
    ((waits_for, prompt),) = tenant.rows("select waits_for, prompt from pbdb.playbook_inbox")
    assert waits_for == "decision"
    assert "w1" in prompt
    tenant.one(
        "select pbdb.submit_step_input(%s, 'a', %s)", execution, psycopg.types.json.Jsonb(decision)
    )
    assert tenant.status(execution) == status
    assert tenant.attempts(execution) == attempts


@pytest.mark.parametrize(
    ("config", "is_tried_again"),
    [
        ({}, True),
        ({"method": "GET"}, True),
        ({"method": "DELETE"}, True),
        ({"method": "PUT", "body": {}}, True),
        ({"method": "POST", "body": {}}, False),
        ({"method": "PATCH", "body": {}}, False),
        ({"method": "POST", "body": {}, "idempotent": True}, True),
        ({"method": "POST", "body": {}, "on_lost": "retry"}, True),
        ({"method": "GET", "on_lost": "fail"}, False),
    ],
    ids=str,
)
def test_a_lost_request_is_sent_again_only_where_that_does_no_harm(
    tenant: Tenant, age: Age, config: dict[str, Any], is_tried_again: bool
) -> None:
    tenant.apply(call(**config))
    execution = tenant.start()
    tenant.claim(lease=5)
    age("6 s")
    sweep(tenant)
    assert (len(tenant.claim()) == 1) is is_tried_again
    assert tenant.status(execution) == ("RUNNING" if is_tried_again else "FAILED")


def test_a_lost_attempt_takes_the_failure_path_when_it_was_the_last(
    tenant: Tenant, age: Age
) -> None:
    tenant.apply(
        function("a", max_retries=0, on_failure="mend", is_final=True),
        {
            "name": "mend",
            "type": "DATA_TRANSFORM",
            "config": {"output": {"why": "$error.code"}},
            "is_final": True,
        },
    )
    execution = tenant.start()
    tenant.claim(lease=5)
    age("6 s")
    sweep(tenant)
    assert tenant.result(execution)["output_data"] == {"why": "LOST_TOO_OFTEN"}


def test_a_step_lost_while_its_execution_is_paused_is_held(tenant: Tenant, age: Age) -> None:
    tenant.apply(function("a", retry_delay_seconds=0))
    execution = tenant.start()
    tenant.claim(lease=5)
    tenant.one("select pbdb.pause_playbook_execution(%s)", execution)
    age("6 s")
    sweep(tenant)
    assert tenant.claim() == []
    tenant.one("select pbdb.resume_playbook_execution(%s)", execution)
    assert [row["attempt_number"] for row in tenant.claim()] == [2]


def test_retries_wait_with_full_jitter_and_longer_each_time(
    tenant: Tenant, owner: Connection
) -> None:
    """Steps that failed together do not come back together."""
    tenant.apply(function("a", retry_delay_seconds=100, max_retries=3))
    for _ in range(30):
        tenant.start()
    for longest in (100, 200, 400):
        for row in tenant.claim(limit=30):
            tenant.held["a"] = (row["step_result_id"], row["token"])
            assert tenant.fail("a") == "accepted"
        waits = [
            float(row[0])
            for row in owner.execute(
                "select extract(epoch from due_at - clock_timestamp())"
                " from pbdb.playbook_ready_steps"
            )
        ]
        assert all(-1 < wait <= longest for wait in waits)
        assert len(set(waits)) == 30
        assert longest * 0.25 < sum(waits) / 30 < longest * 0.75
        owner.execute("update pbdb.playbook_ready_steps set due_at = now()")


def test_a_retry_waits_as_long_as_the_other_side_asks(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(function("a", retry_delay_seconds=1))
    tenant.start()
    tenant.claim()
    assert tenant.fail("a", retry_after_seconds=600) == "accepted"
    row = owner.execute(
        "select extract(epoch from due_at - clock_timestamp())::int from pbdb.playbook_ready_steps"
    ).fetchone()
    assert row is not None
    assert 590 < row[0] <= 600
