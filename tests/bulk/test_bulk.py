"""Many executions in one call: each has its row, and what is refused stops nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from build import Tenant, function, violations

Connection = psycopg.Connection[Any]
CALLS = [
    "cancel_playbook_executions(%s)",
    "retry_playbook_executions(%s)",
    "requeue_dead_letters(%s)",
    "discard_dead_letters(%s, 'why')",
]


@pytest.fixture
def tenant(
    app: Connection, worker: Connection, owner: Connection, organization: uuid.UUID
) -> Iterator[Tenant]:
    yield Tenant(app, worker, organization)
    assert violations(owner) == []


def outcomes(tenant: Tenant, call: str, *values: Any) -> dict[uuid.UUID, tuple[str, str | None]]:
    found = tenant.rows(f"select * from pbdb.{call}", *values)
    return {row[0]: (row[1], row[2]) for row in found}


def failed(tenant: Tenant) -> uuid.UUID:
    execution = tenant.start()
    tenant.claim()
    tenant.fail("f")
    assert tenant.status(execution) == "FAILED"
    return execution


def test_each_execution_is_cancelled_or_says_why_not(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=0))
    done, running, again = failed(tenant), tenant.start(), tenant.start()
    unknown = uuid.uuid4()

    found = outcomes(
        tenant, "cancel_playbook_executions(%s, 'no')", [running, done, unknown, again, running]
    )

    assert found == {
        running: ("done", None),
        again: ("done", None),
        done: ("refused", "PB008"),
        unknown: ("refused", "PB004"),
    }
    assert list(found) == sorted(found)
    result = tenant.result(running)
    assert (result["status"], result["error_message"]) == ("CANCELLED", "no")
    assert tenant.status(done) == "FAILED"


def test_a_refusal_has_message_and_hint(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=0))
    execution = tenant.start()

    ((_, outcome, code, message, hint),) = tenant.rows(
        "select * from pbdb.retry_playbook_executions(%s)", [execution]
    )

    assert (outcome, code) == ("refused", "PB008")
    assert str(execution) in message
    assert "cancel" in hint


def test_each_execution_is_retried_from_its_failure_or_a_named_step(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=0))
    one, two = failed(tenant), failed(tenant)

    assert outcomes(tenant, "retry_playbook_executions(%s)", [one]) == {one: ("done", None)}
    assert outcomes(tenant, "retry_playbook_executions(%s, 'g')", [two]) == {
        two: ("refused", "PB017")
    }
    assert outcomes(tenant, "retry_playbook_executions(%s, 'f')", [two]) == {two: ("done", None)}
    assert (tenant.status(one), tenant.status(two)) == ("RUNNING", "RUNNING")


def test_dead_letters_are_requeued_or_discarded(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=0))
    one, two, three = failed(tenant), failed(tenant), tenant.start()

    assert outcomes(tenant, "discard_dead_letters(%s, 'old')", [one, three]) == {
        one: ("done", None),
        three: ("refused", "PB008"),
    }
    assert outcomes(tenant, "discard_dead_letters(%s, ' ')", [two]) == {two: ("refused", "PB017")}
    assert outcomes(tenant, "requeue_dead_letters(%s)", [one, two]) == {
        one: ("refused", "PB008"),
        two: ("done", None),
    }
    assert tenant.status(two) == "RUNNING"


@pytest.mark.parametrize("call", CALLS)
def test_a_foreign_execution_is_refused_as_an_unknown_one(
    tenant: Tenant, app: Connection, call: str
) -> None:
    other = Tenant(app, tenant.worker, uuid.uuid4())
    other.apply(function("f", max_retries=0))
    foreign, unknown = failed(other), uuid.uuid4()

    found = tenant.rows(
        "select outcome, code, replace(message, execution_id::text, ''), hint"
        f" from pbdb.{call}",
        [foreign, unknown],
    )  # fmt: skip

    assert found[0] == found[1]
    assert found[0][:2] == ("refused", "PB004")
    assert other.status(foreign) == "FAILED"


@pytest.mark.parametrize("call", CALLS)
def test_more_than_five_hundred_or_none_at_all_are_refused(tenant: Tenant, call: str) -> None:
    assert outcomes(tenant, call, []) == {}
    assert len(outcomes(tenant, call, [uuid.uuid4() for _ in range(500)])) == 500
    for ids in ([uuid.uuid4() for _ in range(501)], None):
        with pytest.raises(psycopg.Error) as refused:
            outcomes(tenant, call.replace("%s", "%s::uuid[]"), ids)
        assert refused.value.sqlstate == "PB017"


@pytest.mark.parametrize("call", CALLS)
def test_without_a_tenant_nothing_is_done(app: Connection, call: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        app.execute(f"select * from pbdb.{call}".encode(), ([uuid.uuid4()],))
    assert refused.value.sqlstate == "PB001"


def test_what_is_no_refusal_of_ours_is_the_callers(
    tenant: Tenant, connect: Callable[..., Connection]
) -> None:
    """A lock that is not granted in time stops the call, and nothing of it is kept."""
    tenant.apply(function("f"))
    one, two = tenant.start(), tenant.start()
    other = connect("app_two")
    with other.transaction():
        other.execute("select pbdb.set_organization(%s)", (tenant.organization,))
        other.execute("select pbdb.pause_playbook_execution(%s)", (two,))
        tenant.app.execute("set lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            outcomes(tenant, "cancel_playbook_executions(%s)", [one, two])
    assert tenant.status(one) == "RUNNING"


def test_two_calls_over_the_same_executions_do_not_wait_in_a_circle(
    tenant: Tenant, connect: Callable[..., Connection]
) -> None:
    """Whatever the order of the arrays, and although children lock their roots."""
    tenant.apply(function("f"), name="inner")
    call = {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "inner"}}
    tenant.apply(call, name="outer")
    for _ in range(12):
        tenant.start(name="outer")
    tenant.worker.execute("select * from pbdb.sweep()")
    ids = [row[0] for row in tenant.rows("select id from pbdb.playbook_executions")]
    assert len(ids) == 24

    def cancel(login: str, order: list[uuid.UUID]) -> None:
        conn = connect(login)
        with conn.transaction():
            conn.execute("select pbdb.set_organization(%s)", (tenant.organization,))
            conn.execute("select * from pbdb.cancel_playbook_executions(%s)", (order,))

    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(cancel, "app", ids), pool.submit(cancel, "app_two", ids[::-1])]
        for each in calls:
            each.result()

    statuses = tenant.rows("select distinct status::text from pbdb.playbook_executions")
    assert statuses == [("CANCELLED",)]
