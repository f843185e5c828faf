"""What could not be done is listed once, until somebody requeues or discards it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, function, transform, violations
from report import rows

Connection = psycopg.Connection[Any]


@pytest.fixture
def tenant(app: Connection, worker: Connection, organization: uuid.UUID) -> Tenant:
    return Tenant(app, worker, organization)


def dead_letters(tenant: Tenant) -> list[Any]:
    return tenant.rows(
        "select execution_id, step_name, reason, error_code, attempts"
        " from pbdb.playbook_dead_letters order by since"
    )


def refused(tenant: Tenant, query: str, *values: Any) -> str | None:
    with pytest.raises(psycopg.Error) as caught:
        tenant.one(query, *values)
    return caught.value.sqlstate


def fail_for_good(tenant: Tenant, **fields: Any) -> uuid.UUID:
    tenant.apply(
        transform("first", 1), function("a", max_retries=1, retry_delay_seconds=0), **fields
    )
    execution = tenant.start(name=fields.get("name", "test"))
    for _ in range(2):
        assert tenant.claim()
        tenant.fail("a")
    assert tenant.status(execution) == "FAILED"
    return execution


def test_a_step_without_attempts_left_makes_a_dead_letter(tenant: Tenant) -> None:
    execution = fail_for_good(tenant)
    assert dead_letters(tenant) == [(execution, "a", "attempts used up", "BOOM", 2)]


def test_a_step_that_loses_its_runners_makes_a_dead_letter(
    tenant: Tenant, owner: Connection
) -> None:
    tenant.apply(function("a", max_retries=1, retry_delay_seconds=0))
    execution = tenant.start()
    for _ in range(2):
        assert tenant.claim(lease=5)
        owner.execute("update pbdb.playbook_ready_steps set due_at = now() - interval '1 s'")
        tenant.worker.execute("select pbdb.sweep()")
    assert dead_letters(tenant) == [(execution, "a", "lost too often", "LOST_TOO_OFTEN", 2)]


def test_a_step_inside_a_branch_is_named(tenant: Tenant) -> None:
    tenant.apply(
        {
            "name": "both",
            "type": "PARALLEL_EXECUTION",
            "branches": {"l": [function("l", max_retries=0)], "r": [function("r")]},
        }
    )
    execution = tenant.start()
    tenant.claim()
    tenant.fail("l")
    assert dead_letters(tenant) == [(execution, "l", "attempts used up", "BOOM", 1)]


def test_other_ends_are_no_dead_letters(tenant: Tenant) -> None:
    tenant.apply(function("a", max_retries=3), name="permanent")
    tenant.start(name="permanent")
    tenant.claim()
    tenant.fail("a", permanent=True)
    tenant.apply(function("b"), name="cancelled")
    tenant.one("select pbdb.cancel_playbook_execution(%s)", tenant.start(name="cancelled"))
    tenant.apply(function("c", max_retries=0, on_failure="d"), transform("d", 1), name="handled")
    tenant.start(name="handled")
    tenant.claim()
    tenant.fail("c")
    tenant.apply(transform("e", "$input.x / 0"), name="expression", max_retries=0)
    tenant.start({"x": 1}, name="expression")
    assert dead_letters(tenant) == []


def test_a_dead_letter_is_requeued_from_its_step_with_all_its_attempts(
    tenant: Tenant, owner: Connection
) -> None:
    execution = fail_for_good(tenant)
    tenant.one("select pbdb.requeue_dead_letter(%s)", execution)
    assert dead_letters(tenant) == []
    for _ in range(2):
        assert [row["step_name"] for row in tenant.claim()] == ["a"]
        tenant.fail("a")
    assert [row[0] for row in dead_letters(tenant)] == [execution]
    tenant.one("select pbdb.requeue_dead_letter(%s)", execution)
    tenant.claim()
    assert tenant.complete("a", "at last") == "accepted"
    assert tenant.result(execution)["output_data"] == "at last"
    assert violations(owner) == []


def test_two_operators_requeue_it_once(tenant: Tenant) -> None:
    execution = fail_for_good(tenant)
    tenant.one("select pbdb.requeue_dead_letter(%s)", execution)
    assert refused(tenant, "select pbdb.requeue_dead_letter(%s)", execution) == "PB008"
    assert refused(tenant, "select pbdb.discard_dead_letter(%s, 'why')", execution) == "PB008"


def test_a_discarded_one_keeps_the_reason_and_is_listed_no_more(tenant: Tenant) -> None:
    execution = fail_for_good(tenant)
    assert refused(tenant, "select pbdb.discard_dead_letter(%s, ' ')", execution) == "PB017"
    tenant.one("select pbdb.discard_dead_letter(%s, 'customer left')", execution)
    assert dead_letters(tenant) == []
    found = tenant.result(execution)
    assert found["status"] == "FAILED"
    assert found["metadata"]["dead_letter"]["reason"] == "customer left"
    assert refused(tenant, "select pbdb.requeue_dead_letter(%s)", execution) == "PB008"


def test_a_discarded_one_that_is_retried_and_fails_again_is_listed_again(tenant: Tenant) -> None:
    execution = fail_for_good(tenant)
    tenant.one("select pbdb.discard_dead_letter(%s, 'customer left')", execution)
    tenant.one("select pbdb.retry_playbook_execution(%s)", execution)
    for _ in range(2):
        tenant.claim()
        tenant.fail("a")
    assert [row[0] for row in dead_letters(tenant)] == [execution]


@pytest.mark.parametrize("metadata", [{"dead_letter": "mine"}, {"dead_letter": {"failed_at": "x"}}])
def test_what_applications_keep_in_the_metadata_does_not_matter(
    tenant: Tenant, metadata: Any
) -> None:
    playbook = tenant.apply(function("a", max_retries=0))
    execution = tenant.one(
        "select pbdb.start_playbook_execution(%s, p_metadata => %s)", playbook, Jsonb(metadata)
    )
    tenant.claim()
    tenant.fail("a")
    assert [row[0] for row in dead_letters(tenant)] == [execution]
    tenant.one("select pbdb.discard_dead_letter(%s, 'done')", execution)
    assert dead_letters(tenant) == []


def test_another_tenants_dead_letter_looks_like_none(
    tenant: Tenant, connect: Callable[..., Connection]
) -> None:
    execution = fail_for_good(tenant)
    other = Tenant(connect("app_two"), tenant.worker, uuid.uuid4())
    assert dead_letters(other) == []
    for query in ("requeue_dead_letter(%s)", "discard_dead_letter(%s, 'x')"):
        assert refused(other, f"select pbdb.{query}", execution) == "PB004"
    assert len(dead_letters(tenant)) == 1


def test_operators_of_all_tenants_see_them(tenant: Tenant, monitor: Connection) -> None:
    execution = fail_for_good(tenant)
    found = monitor.execute("select execution_id from pbdb.playbook_dead_letters").fetchall()
    assert found == [(execution,)]


def test_dead_letters_are_listed_newest_first_in_pages(tenant: Tenant) -> None:
    one, two, three = (fail_for_good(tenant, name=name) for name in ("p", "q", "p"))
    fail_for_good(Tenant(tenant.app, tenant.worker, uuid.uuid4()))

    def listed(arguments: str = "", *values: Any) -> list[uuid.UUID]:
        return [
            row[0]
            for row in tenant.rows(
                f"select execution_id from pbdb.list_dead_letters({arguments})", *values
            )
        ]

    assert listed() == [three, two, one]
    assert listed("p_limit => 1") == [three]
    assert listed("p_before_id => %s, p_limit => 1", three) == [two]
    assert listed("p_before_id => %s", one) == []
    assert listed("p_playbook_name => 'p'") == [three, one]
    assert listed("p_playbook_name => 'x'") == []
    assert listed("p_error_code => 'BOOM'") == [three, two, one]
    assert listed("p_error_code => 'X'") == []
    tenant.one("select pbdb.discard_dead_letter(%s, 'old')", two)
    assert listed() == [three, one]
    seen = tenant.rows(
        "select execution_id, step_name, reason, error_code, attempts from pbdb.list_dead_letters()"
    )
    assert seen == dead_letters(tenant)[::-1]


def test_dead_letters_are_found_among_many_failures_that_are_none(
    owner: Connection, tenant: Tenant
) -> None:
    execution = fail_for_good(tenant)
    playbook = rows.playbook(owner, tenant.organization, "other")
    with owner.transaction():
        for _ in range(450):
            rows.execution(owner, playbook, "FAILED")

    found = tenant.rows("select execution_id from pbdb.list_dead_letters()")

    assert found == [(execution,)]
