"""Which waits an event reaches, and until when it is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from build import Tenant, as_tenant, function, transform

Connection = psycopg.Connection[Any]


def wait(name: str = "go", event: str = "paid", **config: Any) -> dict[str, Any]:
    return {"name": name, "type": "WAIT_FOR_INPUT", "config": {"event": event, **config}}


def emit(tenant: Tenant, payload: str = "{}", keep: int = 3600, key: str | None = None) -> int:
    return int(
        tenant.one("select pbdb.emit_playbook_event('paid', %s, %s, %s)", payload, keep, key)
    )


def sweep(tenant: Tenant, times: int = 1) -> dict[str, int]:
    found: dict[str, int] = {}
    for _ in range(times):
        for what, count in tenant.worker.execute("select * from pbdb.sweep()").fetchall():
            found[what] = found.get(what, 0) + count
    return found


def kept(owner: Connection) -> int:
    row = owner.execute("select count(*) from pbdb.playbook_events").fetchone()
    assert row is not None
    return int(row[0])


def test_an_event_that_another_wait_took_is_there_for_the_next(tenant: Tenant) -> None:
    tenant.apply(wait(match={"order": "$input.order"}), name="ship")
    tenant.apply(function("draft"), wait(match={"order": "$input.order"}), name="invoice")
    ship = tenant.start({"order": 7}, name="ship")
    late = [tenant.start({"order": 7}, name="invoice") for _ in range(2)]
    other = tenant.start({"order": 8}, name="invoice")

    assert emit(tenant, '{"order": 7}') == 1
    for step in tenant.claim():
        tenant.held["draft"] = (step["step_result_id"], step["token"])
        tenant.complete("draft", 1)

    assert [tenant.status(each) for each in (ship, *late)] == ["COMPLETED"] * 3
    assert tenant.status(other) == "PAUSED"


def test_each_visit_of_a_step_takes_another_event(tenant: Tenant) -> None:
    again = {"when": "$steps.go.output.more == true", "then": "go"}
    tenant.apply(
        wait(),
        {"name": "more", "type": "CONDITIONAL_BRANCH", "config": {"branches": [again]}},
        transform("end", "$steps.go.output.n"),
    )
    for n in (1, 2):
        emit(tenant, f'{{"n": {n}, "more": true}}')
    execution = tenant.start()

    assert tenant.status(execution) == "PAUSED"
    emit(tenant, '{"n": 3, "more": false}')
    assert tenant.result(execution)["output_data"] == 3
    assert [visit for step, _, visit, *_ in tenant.attempts(execution) if step == "go"] == [1, 2, 3]


def test_every_item_takes_the_event_once(tenant: Tenant) -> None:
    tenant.apply(
        {
            "name": "all",
            "type": "PARALLEL_EXECUTION",
            "config": {"for_each": "$input.n", "max_parallel": 3},
            "steps": [wait()],
        }
    )
    execution = tenant.start({"n": list(range(8))})
    emit(tenant, '{"a": 1}')

    assert tenant.result(execution)["output_data"] == [{"a": 1}] * 8


@pytest.mark.parametrize("first", ["event", "wait"])
@pytest.mark.parametrize("sweeps_between", [0, 3])
def test_an_event_and_a_wait_of_the_same_moment_find_each_other(
    tenant: Tenant,
    connect: Callable[..., Connection],
    owner: Connection,
    first: str,
    sweeps_between: int,
) -> None:
    """Neither transaction sees the other's row; whoever commits first is swept before the second."""
    tenant.apply(wait())
    emitter, starter = connect("app"), connect("app_two")
    for each in (emitter, starter):
        each.execute("begin")
        each.execute("select pbdb.set_organization(%s)", (tenant.organization,))
    acts = [
        (emitter, "select pbdb.emit_playbook_event('paid')"),
        (starter, "select pbdb.start_playbook('test', '{}')"),
    ]
    for session, act in acts if first == "event" else reversed(acts):
        session.execute(act.encode())
    one, two = (emitter, starter) if first == "event" else (starter, emitter)
    one.execute("commit")
    sweep(tenant, sweeps_between)
    two.execute("commit")

    assert sweep(tenant) == {"event delivered": 1}
    assert sweep(tenant, 3) == {}
    row = owner.execute("select status::text from pbdb.playbook_executions").fetchone()
    assert row == ("COMPLETED",)


def test_an_event_that_nobody_can_have_missed_is_compared_no_more(
    tenant: Tenant, owner: Connection
) -> None:
    tenant.apply(wait(match={"id": "$input.id"}))
    for n in range(3):
        tenant.start({"id": n})
        emit(tenant, '{"id": "x"}')

    left = (
        "select count(*) from pbdb.playbook_events as e, pbdb.playbook_event_horizon as h"
        " where e.emitted_xid >= h.settled_below"
    )
    # Two sweeps on a server of its own; transactions of other databases count as well.
    end = time.monotonic() + 60
    while owner.execute(left).fetchone() != (0,):
        assert time.monotonic() < end
        sweep(tenant)
    # What is idle writes nothing.
    before = owner.execute("select xmin::text, ctid from pbdb.playbook_event_horizon").fetchone()
    sweep(tenant, 2)
    after = owner.execute("select xmin::text, ctid from pbdb.playbook_event_horizon").fetchone()
    assert before == after


def test_a_horizon_of_a_cluster_that_was_further_is_given_up(
    tenant: Tenant, owner: Connection
) -> None:
    """As after a restore from a dump: transaction ids begin anew."""
    tenant.apply(wait())
    emit(tenant, '{"n": 1}')
    owner.execute("update pbdb.playbook_events set emitted_xid = '999999999999'")
    owner.execute("update pbdb.playbook_event_horizon set settled_below = '999999999999'")

    sweep(tenant, 3)

    ahead = (
        "select count(*) from pbdb.playbook_events as e, pbdb.playbook_event_horizon as h"
        " where greatest(e.emitted_xid, h.settled_below) > pg_current_xact_id()"
    )
    assert owner.execute(ahead).fetchone() == (0,)


def test_events_go_when_their_time_is_over(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(wait())
    execution = tenant.start()
    emit(tenant, keep=0)
    emit(tenant, keep=3600)
    assert tenant.status(execution) == "COMPLETED"

    assert sweep(tenant) == {"events purged": 1}
    assert kept(owner) == 1
    owner.execute("update pbdb.playbook_events set expires_at = now(), purge_at = now()")
    owner.execute("update pbdb.playbook_event_receipts set purge_at = now()")
    assert sweep(tenant) == {"events purged": 1}
    assert owner.execute("select from pbdb.playbook_event_receipts").rowcount == 0


def test_the_same_event_under_a_key_is_delivered_once(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(wait())
    tenant.start()
    assert emit(tenant, '{"n": 1}', keep=0, key="evt_1") == 1
    sweep(tenant, 2)
    second = tenant.start()

    assert emit(tenant, '{"n": 1.0}', keep=0, key="evt_1") == 1
    assert tenant.status(second) == "PAUSED"
    with pytest.raises(psycopg.Error) as refused:
        emit(tenant, '{"n": 2}', key="evt_1")
    assert refused.value.sqlstate == "PB007"
    assert '"evt_1"' in str(refused.value)
    assert emit(tenant, '{"n": 1}', key="evt_2") == 1
    assert kept(owner) == 2


def test_keys_of_events_are_the_tenants(tenant: Tenant, other_tenant: Tenant) -> None:
    for each in (tenant, other_tenant):
        each.apply(wait())
        each.start()
    assert [emit(each, key="k") for each in (tenant, other_tenant)] == [1, 1]


@pytest.mark.parametrize("key", ["", "k" * 501])
def test_a_key_of_an_event_has_a_length(tenant: Tenant, key: str) -> None:
    with pytest.raises(psycopg.Error, match=f"{len(key)} characters") as refused:
        emit(tenant, key=key)
    assert refused.value.sqlstate == "PB017"


def test_two_that_emit_one_event_at_once_deliver_it_once(
    tenant: Tenant, connect: Callable[..., Connection]
) -> None:
    tenant.apply(wait())
    tenant.start()
    answers: list[Any] = []

    def second() -> None:
        with connect("app_two") as session, as_tenant(session, tenant.organization):
            answers.append(
                session.execute("select pbdb.emit_playbook_event('paid', '{}', 60, 'k')").fetchone()
            )

    with as_tenant(tenant.app, tenant.organization) as first:
        answers.append(
            first.execute("select pbdb.emit_playbook_event('paid', '{}', 60, 'k')").fetchone()
        )
        other = threading.Thread(target=second)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(30)

    assert answers == [(1,), (1,)]
