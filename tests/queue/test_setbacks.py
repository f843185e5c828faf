"""What cannot be moved is put aside and stops nobody; after five turns it fails alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

import planted
from build import Tenant, function, transform

Connection = psycopg.Connection[Any]

NAP = {"name": "nap", "type": "WAIT_FOR_INPUT", "config": {"for": 0}}


@pytest.fixture(autouse=True)
def _planted(owner: Connection, worker: Connection) -> Iterator[None]:
    planted.plant(owner)
    yield
    planted.no_rule(worker)


def refuse(tenant: Tenant, table: str, operation: str, code: str) -> None:
    planted.rule(tenant.worker, tenant.organization, table, operation, code)


def sweep(tenant: Tenant) -> dict[str, int]:
    return dict(tenant.worker.execute("select what, count from pbdb.sweep()").fetchall())


def next_turn(owner: Connection) -> None:
    """As if the pause of everything that is put aside were over."""
    owner.execute("update pbdb.playbook_setbacks set not_before = clock_timestamp()")
    owner.execute(
        "update pbdb.playbook_ready_steps set due_at = clock_timestamp() where state <> 'LEASED'"
    )
    owner.execute(
        "update pbdb.playbook_executions set deadline_at = clock_timestamp()"
        " where deadline_at < clock_timestamp() + interval '1 minute'"
    )


def test_a_timer_that_cannot_be_settled_stops_nobody_s(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        each.apply(NAP, transform("end", 1))
    bad, good = tenant.start(), other_tenant.start()
    refuse(tenant, "playbook_step_results", "INSERT", "XX000")

    done = sweep(tenant)

    assert done == {"put aside": 1, "timer fired": 1}
    assert (tenant.status(bad), other_tenant.status(good)) == ("PAUSED", "COMPLETED")


def test_what_is_put_aside_has_a_pause_and_is_found_by_who_asks(tenant: Tenant) -> None:
    tenant.apply(NAP, transform("end", 1))
    execution = tenant.start()
    refuse(tenant, "playbook_step_results", "INSERT", "XX000")

    assert sweep(tenant) == {"put aside": 1}
    assert sweep(tenant) == {}

    findings = tenant.rows("select finding from pbdb.diagnose_execution(%s)", execution)
    assert any("put aside until" in row[0] and "XX000" in row[0] for row in findings)


def test_a_turn_that_succeeds_forgets_those_that_failed(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(NAP, transform("end", 1))
    execution = tenant.start()
    refuse(tenant, "playbook_step_results", "INSERT", "40P01")
    sweep(tenant)
    planted.no_rule(tenant.worker)
    next_turn(owner)

    assert sweep(tenant) == {"timer fired": 1}

    assert tenant.status(execution) == "COMPLETED"
    assert owner.execute("select count(*) from pbdb.playbook_setbacks").fetchone() == (0,)


@pytest.mark.parametrize("code", ["XX000", "53200", "40001", "57014"])
def test_after_five_turns_it_fails_alone_and_is_a_dead_letter(
    tenant: Tenant, owner: Connection, code: str
) -> None:
    tenant.apply(NAP, transform("end", 1))
    execution = tenant.start()
    refuse(tenant, "playbook_step_results", "INSERT", code)
    for turn in range(1, 6):
        assert tenant.status(execution) == "PAUSED", turn
        sweep(tenant)
        next_turn(owner)

    result = tenant.result(execution)
    assert (result["status"], result["error_code"]) == ("FAILED", "ENGINE_ERROR")
    assert code in result["error_message"]
    letters = tenant.rows("select execution_id, reason from pbdb.playbook_dead_letters")
    assert letters == [(execution, "turns used up")]
    planted.no_rule(tenant.worker)
    planted.no_rule(tenant.app)
    tenant.one("select pbdb.requeue_dead_letter(%s)", execution)
    sweep(tenant)
    assert tenant.status(execution) == "COMPLETED"


def test_an_error_that_is_its_own_fails_it_at_once(tenant: Tenant) -> None:
    tenant.apply(NAP, function("work"))
    execution = tenant.start()
    refuse(tenant, "playbook_ready_steps", "INSERT", "54000")

    assert sweep(tenant) == {"failed": 1}
    assert tenant.attempts(execution) == [("nap", "FAILED", 1, 1, "ENGINE_ERROR")]


def test_what_cannot_even_fail_stays_aside_and_stops_nobody(
    tenant: Tenant, other_tenant: Tenant, owner: Connection
) -> None:
    for each in (tenant, other_tenant):
        each.apply(NAP, transform("end", 1))
    execution = tenant.start()
    refuse(tenant, "playbook_executions", "UPDATE", "XX000")
    for _ in range(7):
        good = other_tenant.start()
        sweep(tenant)
        next_turn(owner)
        assert other_tenant.status(good) == "COMPLETED"

    assert tenant.status(execution) == "PAUSED"


@pytest.mark.parametrize("table", ["playbook_ready_steps", "playbook_setbacks"])
def test_where_it_cannot_be_put_aside_the_others_still_go_on(
    tenant: Tenant, other_tenant: Tenant, table: str
) -> None:
    """Its own rows refuse what a sweep does to them, and one of the notes about it."""
    for each in (tenant, other_tenant):
        each.apply(function("work", max_retries=0, timeout_seconds=1))
    tenant.start()
    good = other_tenant.start()
    tenant.claim(lease=1)
    other_tenant.claim(lease=1)
    tenant.worker.execute("select pg_sleep(1.1)")
    refuse(tenant, table, "INSERT" if table == "playbook_setbacks" else "DELETE", "XX000")

    sweep(tenant)

    assert other_tenant.status(good) == "FAILED"


def test_a_deadline_that_cannot_be_settled_stops_nobody_s(
    tenant: Tenant, other_tenant: Tenant, owner: Connection
) -> None:
    for each in (tenant, other_tenant):
        each.apply(function("work"))
    tenant.start()
    good = other_tenant.start()
    owner.execute("update pbdb.playbook_executions set deadline_at = clock_timestamp()")
    refuse(tenant, "playbook_step_results", "UPDATE", "55P03")

    assert sweep(tenant) == {"execution timed out": 1, "put aside": 1}
    assert other_tenant.status(good) == "TIMEOUT"


def test_a_kept_event_that_cannot_be_delivered_stops_nobody_s(
    tenant: Tenant, other_tenant: Tenant, owner: Connection
) -> None:
    ask = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"event": "e"}}
    for each in (tenant, other_tenant):
        each.apply(ask, transform("end", 1))
        each.start()
        # As an emitter leaves it that began before the wait was there.
        owner.execute(
            "insert into pbdb.playbook_events (organization_id, event_name, expires_at, purge_at)"
            " values (%s, 'e', now() + interval '1 hour', now() + interval '1 hour')",
            (each.organization,),
        )
    refuse(tenant, "playbook_step_results", "INSERT", "XX000")

    assert sweep(tenant) == {"event delivered": 1, "put aside": 1}


def test_a_claim_settles_around_what_cannot_be_settled(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        each.apply(NAP, function("work"))
        each.start()
    refuse(tenant, "playbook_step_results", "INSERT", "XX000")

    claimed = tenant.claim()

    assert [row["organization_id"] for row in claimed] == [other_tenant.organization]


def test_a_roll_up_that_cannot_be_written_is_passed_over(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        each.apply(transform("a", 1))
        for _ in range(45):
            each.start()
    refuse(tenant, "playbook_execution_rollups", "INSERT", "XX000")

    # A transaction of any database of the server that runs meanwhile keeps some from being counted.
    done: dict[str, int] = {}
    for _ in range(100):
        done = done or sweep(tenant)
        tenant.worker.execute("select pg_sleep(0.05)")
    assert list(done) == ["rolled up"]
    assert 0 < done["rolled up"] <= 45


def test_many_that_fail_leave_the_session_its_subtransactions(
    tenant: Tenant, other_tenant: Tenant, owner: Connection
) -> None:
    """More than 64 in one transaction slow every session down; so a call has an end."""
    for each in (tenant, other_tenant):
        each.apply(NAP, transform("end", 1))
    tenant.start()
    good = [other_tenant.start() for _ in range(90)]
    refuse(tenant, "playbook_step_results", "INSERT", "XX000")
    with tenant.worker.transaction():
        tenant.worker.execute("select pbdb.sweep()")
        used = owner.execute(
            "select count(*) from pg_locks where locktype = 'transactionid' and pid = %s",
            (tenant.worker.info.backend_pid,),
        ).fetchone()
    assert used is not None and used[0] <= 50
    for _ in range(3):
        sweep(tenant)

    assert {other_tenant.status(each) for each in good} == {"COMPLETED"}


@pytest.mark.parametrize("cut", [False, True])
def test_an_engine_step_that_cannot_run_is_put_aside(
    tenant: Tenant, other_tenant: Tenant, owner: Connection, cut: bool
) -> None:
    """A child that begins, and a stretch of steps that was cut."""
    for each in (tenant, other_tenant):
        if cut:
            loop = transform("a", 1, max_visits=600, condition="$execution.id != null")
            each.apply(loop | {"on_success": "a"})
        else:
            each.apply(transform("in", 1), name="child")
            each.apply({"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "child"}})
    planted.rule(tenant.app, tenant.organization, "playbook_step_results", "DELETE", "XX000")
    refuse(tenant, "playbook_step_results", "DELETE", "XX000")
    bad = tenant.start()
    good = other_tenant.start()

    for _ in range(2):
        sweep(tenant)

    assert other_tenant.status(good) == ("FAILED" if cut else "COMPLETED")
    assert tenant.status(bad) == "RUNNING"
    next_turn(owner)


def test_a_random_organization_has_no_setbacks_to_see(tenant: Tenant) -> None:
    assert tenant.rows("select * from pbdb.playbook_setbacks") == []
    assert isinstance(tenant.organization, uuid.UUID)
