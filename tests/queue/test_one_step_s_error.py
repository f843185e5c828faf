"""An error of any class in one tenant's step, wherever it comes, leaves another tenant's work to end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

import planted
from build import Tenant, function, transform

Connection = psycopg.Connection[Any]

QUERY = {"name": "q", "type": "DATABASE_QUERY", "config": {"query": "select 1 as x"}}

# One code of each kind: aborts the turn (by class), the step's own, nobody's.
KINDS = ("08006", "22008", "26000", "40001", "53200", "55P03", "57014", "58030", "XX000", "PB999")


@pytest.fixture(autouse=True)
def _planted(owner: Connection, worker: Connection) -> Iterator[None]:
    planted.plant(owner)
    yield
    planted.no_rule(worker)


def refuse(tenant: Tenant, table: str, operation: str, code: str) -> None:
    planted.rule(tenant.worker, tenant.organization, table, operation, code)


def run_due(tenant: Tenant, limit: int = 100) -> int:
    row = tenant.worker.execute("select pbdb.run_due_sql_steps(%s)", (limit,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("code", KINDS)
@pytest.mark.parametrize("operation", ["UPDATE", "DELETE"])
def test_a_sql_step_that_cannot_be_run_stops_nobody_s(
    tenant: Tenant, other_tenant: Tenant, code: str, operation: str
) -> None:
    """Its lease or its end cannot be written."""
    for each in (tenant, other_tenant):
        each.apply(QUERY)
    bad = tenant.start()
    good = [other_tenant.start() for _ in range(3)]
    refuse(tenant, "playbook_ready_steps", operation, code)

    for _ in range(2):
        run_due(tenant)

    assert {other_tenant.status(each) for each in good} == {"COMPLETED"}
    assert tenant.status(bad) in ("RUNNING", "FAILED")


@pytest.mark.parametrize("code", KINDS)
def test_a_step_that_cannot_be_leased_stops_nobody_s(
    tenant: Tenant, other_tenant: Tenant, code: str
) -> None:
    if code == "57014":
        pytest.skip("the claim was cancelled as a whole, and the runner claims again")
    for each in (tenant, other_tenant):
        each.apply(function("work", max_retries=0))
    bad = tenant.start()
    for _ in range(3):
        other_tenant.start()
    refuse(tenant, "playbook_step_results", "UPDATE", code)

    claimed = tenant.claim()

    assert [row["organization_id"] for row in claimed] == [other_tenant.organization] * 3
    findings = tenant.rows("select finding from pbdb.diagnose_execution(%s)", bad)
    assert any("put aside until" in row[0] and code in row[0] for row in findings)


def test_a_query_that_aborts_every_turn_fails_its_own_step_in_the_end(
    tenant: Tenant, other_tenant: Tenant, owner: Connection
) -> None:
    poison = "select set_config('is_superuser', 'on', true)"
    tenant.apply({"name": "q", "type": "DATABASE_QUERY", "config": {"query": poison}})
    other_tenant.apply(QUERY)
    bad = tenant.start()

    for _ in range(5):
        good = other_tenant.start()
        run_due(tenant)
        assert other_tenant.status(good) == "COMPLETED"
        owner.execute("update pbdb.playbook_setbacks set not_before = clock_timestamp()")
        owner.execute("update pbdb.playbook_ready_steps set due_at = clock_timestamp()")

    result = tenant.result(bad)
    assert (result["status"], result["error_code"]) == ("FAILED", "ENGINE_ERROR")
    assert "55P02" in result["error_message"]


def test_the_time_of_a_call_fails_the_step_that_used_it_and_keeps_what_was_done(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    slow = {**QUERY, "max_retries": 0, "config": {"query": "select pg_sleep(30)"}}
    other_tenant.apply(QUERY)
    tenant.apply(slow)
    quick = [other_tenant.start() for _ in range(30)]
    bad = tenant.start()
    after = other_tenant.start()
    tenant.worker.execute("set statement_timeout = '1500ms'")

    # Two calls on an idle machine; on a busy one the time may end among the quick ones.
    done = list[int]()
    while sum(done) < 32 and len(done) < 10:
        done.append(run_due(tenant))

    tenant.worker.execute("reset statement_timeout")
    assert {other_tenant.status(each) for each in [*quick, after]} == {"COMPLETED"}
    assert tenant.status(bad) == "FAILED"
    assert sum(done) == 32


def test_the_counts_add_up_to_what_ran_and_nothing_is_due_when_0_comes(tenant: Tenant) -> None:
    tenant.apply(*({**QUERY, "name": name} for name in "abc"))
    executions = [tenant.start() for _ in range(30)]

    counts: list[int] = []
    while not counts or counts[-1] > 0:
        counts.append(run_due(tenant, 40))

    assert sum(counts) == 90
    assert {tenant.status(each) for each in executions} == {"COMPLETED"}


def test_an_application_that_runs_due_steps_sweeps_its_own_only(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    nap = {"name": "nap", "type": "WAIT_FOR_INPUT", "config": {"for": 0}}
    for each in (tenant, other_tenant):
        each.apply(nap, transform("end", 1))
    mine, theirs = tenant.start(), other_tenant.start()

    tenant.one("select pbdb.run_due_sql_steps()")

    assert (tenant.status(mine), other_tenant.status(theirs)) == ("COMPLETED", "PAUSED")


@pytest.mark.parametrize("code", ["08006", "22008", "53200", "55P03", "58030", "XX000", "PB999"])
def test_a_trigger_that_refuses_does_not_refuse_the_event(
    tenant: Tenant, owner: Connection, code: str
) -> None:
    tenant.apply(transform("end", 1))
    tenant.apply({"name": "w", "type": "WAIT_FOR_INPUT", "config": {"event": "e"}}, name="waits")
    waiting = tenant.start(name="waits")
    tenant.one("select pbdb.define_trigger('t', 'test', p_event_name => 'e')")
    planted.rule(tenant.app, tenant.organization, "playbook_executions", "INSERT", code)

    assert tenant.one("select pbdb.emit_playbook_event('e')") == 1

    planted.no_rule(tenant.app)
    assert tenant.status(waiting) == "COMPLETED"
    assert code in tenant.one("select last_error from pbdb.list_triggers()")


def test_a_wait_that_cannot_take_an_event_does_not_keep_it_from_others(tenant: Tenant) -> None:
    wait = {"name": "w", "type": "WAIT_FOR_INPUT", "config": {"event": "e"}}
    tenant.apply(wait, function("next"), name="bad")
    tenant.apply(wait, transform("end", 1), name="good")
    bad, good = tenant.start(name="bad"), tenant.start(name="good")
    planted.rule(tenant.app, tenant.organization, "playbook_ready_steps", "INSERT", "54000")

    tenant.one("select pbdb.emit_playbook_event('e')")

    planted.no_rule(tenant.app)
    assert (tenant.status(bad), tenant.status(good)) == ("FAILED", "COMPLETED")


def test_emitters_of_one_event_do_not_wait_for_each_other(tenant: Tenant, connect: Any) -> None:
    tenant.apply(transform("end", 1))
    tenant.one("select pbdb.define_trigger('t', 'test', p_event_name => 'e')")
    other = connect("app_two")
    with tenant.app.transaction(), other.transaction():
        for conn in (tenant.app, other):
            conn.execute("select pbdb.set_organization(%s)", (tenant.organization,))
            conn.execute("set local statement_timeout = '5s'")
            conn.execute("select pbdb.emit_playbook_event('e')")

    assert tenant.one("select count(*) from pbdb.playbook_executions") == 2


@pytest.mark.parametrize("code", ["08006", "40P01", "53200", "57014", "XX000"])
def test_a_schedule_whose_turn_is_undone_comes_again_and_stops_no_other(
    tenant: Tenant, other_tenant: Tenant, owner: Connection, code: str
) -> None:
    for each in (tenant, other_tenant):
        each.apply(transform("end", 1))
        each.one("select pbdb.define_trigger('t', 'test', '* * * * *')")
    owner.execute("update pbdb.playbook_triggers set next_fire_at = clock_timestamp()")
    refuse(tenant, "playbook_executions", "INSERT", code)
    fire = (
        "select d.organization_id, pbdb.fire_trigger(d.organization_id, d.trigger_id, d.due_at,"
        " now() + interval '1 hour') from pbdb.due_triggers() as d"
    )

    fired = dict(tenant.worker.execute(fire).fetchall())

    assert fired == {tenant.organization: False, other_tenant.organization: True}
    assert tenant.worker.execute(fire).fetchall() == []
    planted.no_rule(tenant.worker)
    owner.execute("update pbdb.playbook_setbacks set not_before = clock_timestamp()")
    assert tenant.worker.execute(fire).fetchall() == [(tenant.organization, True)]
    assert owner.execute("select count(*) from pbdb.playbook_setbacks").fetchone() == (0,)
