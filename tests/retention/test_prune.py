"""History goes after its time: whole families that are over, of one tenant, in bites, beside work."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from build import Tenant, as_tenant, function, transform, violations

Connection = psycopg.Connection[Any]
BEFORE = "now() - interval '90 days'"
PARTS = [
    "playbook_step_results",
    "playbook_scopes",
    "playbook_ready_steps",
    "playbook_joins",
    "playbook_usage",
    "playbook_replaced_inputs",
]


@pytest.fixture
def tenant(
    app: Connection, worker: Connection, owner: Connection, organization: uuid.UUID
) -> Iterator[Tenant]:
    yield Tenant(app, worker, organization)
    assert violations(owner) == []


def age(owner: Connection, *executions: uuid.UUID, days: int = 100) -> None:
    """Let it be long ago that these ended."""
    with owner.transaction():
        owner.execute("set local session_replication_role = replica")
        owner.execute(
            "update pbdb.playbook_executions set created_at = created_at - %s * interval '1 day',"
            " started_at = started_at - %s * interval '1 day',"
            " completed_at = completed_at - %s * interval '1 day' where id = any(%s)",
            (days, days, days, list(executions)),
        )


def prune(tenant: Tenant, arguments: str = BEFORE) -> int:
    return int(tenant.one(f"select pruned from pbdb.prune_executions({arguments})"))


def kept(tenant: Tenant) -> set[uuid.UUID]:
    return {row[0] for row in tenant.rows("select id from pbdb.playbook_executions")}


def test_what_ended_before_goes_with_all_that_hangs_on_it(
    tenant: Tenant, owner: Connection
) -> None:
    body = {"name": "all", "type": "PARALLEL_EXECUTION", "config": {"for_each": "$input.items"}}
    tenant.apply({**body, "steps": [transform("one", "$item")]}, transform("end", 1))
    old, recent = (tenant.start({"items": [1, 2]}) for _ in range(2))
    age(owner, old)

    assert prune(tenant) == 1
    assert prune(tenant) == 0

    assert kept(tenant) == {recent}
    for table in PARTS:
        found = owner.execute(
            f"select count(*) from pbdb.{table} where execution_id = %s".encode(), (old,)
        ).fetchone()
        assert found == (0,), table
    assert tenant.attempts(recent)


def test_what_has_not_ended_stays_however_old_it_is(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    age(owner, execution)

    assert prune(tenant, "now()") == 0
    tenant.claim()
    assert tenant.complete("f", 1) == "accepted"
    assert tenant.status(execution) == "COMPLETED"


def test_nothing_of_another_tenant_goes(
    tenant: Tenant, owner: Connection, connect: Callable[..., Connection]
) -> None:
    other = Tenant(connect("app_two"), connect("worker_two"), uuid.uuid4())
    for each in (tenant, other):
        each.apply(transform("end", 1))
    mine, theirs = tenant.start(), other.start()
    age(owner, mine, theirs)

    assert prune(tenant) == 1

    assert (kept(tenant), kept(other)) == (set(), {theirs})


def test_who_is_nobody_s_tenant_prunes_nothing(
    worker: Connection, monitor: Connection, app: Connection
) -> None:
    for session, state in ((worker, "42501"), (monitor, "42501"), (app, "PB001")):
        with pytest.raises(psycopg.Error) as refused:
            session.execute(f"select pbdb.prune_executions({BEFORE})".encode())
        assert refused.value.sqlstate == state


@pytest.mark.parametrize("call", ["prune_executions", "count_prunable_executions"])
@pytest.mark.parametrize("time", ["null", "'infinity'", "now() + interval '1 minute'"])
def test_a_time_that_has_not_come_is_refused(tenant: Tenant, call: str, time: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        tenant.rows(f"select * from pbdb.{call}({time})")
    assert refused.value.sqlstate == "PB017"


@pytest.mark.parametrize("limit", ["null", "0", "10001"])
def test_a_limit_that_is_none_is_refused(tenant: Tenant, limit: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        prune(tenant, f"{BEFORE}, {limit}")
    assert refused.value.sqlstate == "PB017"


def test_summaries_are_exact_afterwards(tenant: Tenant, owner: Connection) -> None:
    playbook = tenant.apply(transform("end", 1))
    executions = [tenant.start() for _ in range(40)]
    age(owner, *executions[:25])
    owner.execute("select pbdb.roll_up_executions()")

    assert prune(tenant) == 25

    assert (
        tenant.one("select total_executions from pbdb.get_playbook_execution_summary(%s)", playbook)
        == 15
    )


def test_bites_take_the_oldest_first_and_go_on_where_the_last_one_ended(
    tenant: Tenant, owner: Connection
) -> None:
    tenant.apply(transform("end", 1))
    executions = [tenant.start() for _ in range(5)]
    for number, execution in enumerate(executions):
        age(owner, execution, days=100 + number)

    ((pruned, reached),) = tenant.rows(f"select * from pbdb.prune_executions({BEFORE}, 2)")

    assert (pruned, kept(tenant)) == (2, set(executions[:3]))
    assert (
        tenant.one(f"select pruned from pbdb.prune_executions({BEFORE}, 10, p_from => %s)", reached)
        == 3
    )


def test_statuses_and_a_playbook_can_be_named(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(transform("end", 1), name="good")
    tenant.apply(transform("end", "$input.x / 0"), name="bad", max_retries=0)
    good, bad = tenant.start(name="good"), tenant.start({"x": 1}, name="bad")
    age(owner, good, bad)
    assert tenant.status(bad) == "FAILED"

    counted = tenant.rows(
        "select playbook_name, status::text, execution_count"
        f" from pbdb.count_prunable_executions({BEFORE})"
    )
    assert counted == [("bad", "FAILED", 1), ("good", "COMPLETED", 1)]

    assert prune(tenant, f"{BEFORE}, p_statuses => '{{CANCELLED}}'") == 0
    assert prune(tenant, f"{BEFORE}, p_playbook_name => 'bad'") == 1
    assert kept(tenant) == {good}
    assert prune(tenant, f"{BEFORE}, p_statuses => '{{COMPLETED}}'") == 1


def family(tenant: Tenant) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """An execution that called two others, all ended."""
    call = {"type": "CUSTOM_FUNCTION", "config": {"playbook": "child"}}
    tenant.apply(transform("end", 1), name="child")
    tenant.apply({"name": "one", **call}, {"name": "two", **call})
    root = tenant.start()
    tenant.rows("select pbdb.advance_playbook_execution(%s)", root)
    assert tenant.status(root) == "COMPLETED"
    children = [
        row[0]
        for row in tenant.rows(
            "select id from pbdb.playbook_executions where root_execution_id = %s", root
        )
    ]
    assert len(children) == 2
    return root, children


def test_a_family_goes_when_all_of_it_is_over(tenant: Tenant, owner: Connection) -> None:
    root, children = family(tenant)
    age(owner, *children)
    assert prune(tenant) == 0
    age(owner, root)
    age(owner, children[0], days=-100)
    assert prune(tenant) == 0
    age(owner, children[0])

    assert tenant.one(f"select execution_count from pbdb.count_prunable_executions({BEFORE})") == 1
    assert prune(tenant) == 3
    assert kept(tenant) == set()


def test_a_family_larger_than_a_bite_goes_in_several_its_root_last(
    tenant: Tenant, owner: Connection
) -> None:
    root, children = family(tenant)
    age(owner, root, *children)

    assert prune(tenant, f"{BEFORE}, 1") == 1
    assert root in kept(tenant)
    assert violations(owner) == []
    assert prune(tenant, f"{BEFORE}, 2") == 2
    assert kept(tenant) == set()


def test_what_somebody_holds_is_left_for_another_time(
    tenant: Tenant, owner: Connection, connect: Callable[..., Connection]
) -> None:
    tenant.apply(transform("end", 1))
    held, free = tenant.start(), tenant.start()
    root, children = family(tenant)
    age(owner, held, free, root, *children)
    holder = connect("owner")

    with holder.transaction():
        holder.execute(
            "select from pbdb.playbook_executions where id = any(%s) for update",
            ([held, children[1]],),
        )
        tenant.app.execute("set lock_timeout = '1s'")
        assert prune(tenant) == 1

    assert kept(tenant) == {held, root, *children}
    assert prune(tenant) == 4


def test_pruning_and_deleting_a_playbook_do_not_wait_in_a_circle(
    tenant: Tenant, owner: Connection, connect: Callable[..., Connection]
) -> None:
    playbook = tenant.apply(transform("end", 1))
    execution = tenant.start()
    age(owner, execution)
    other = connect("app")

    with as_tenant(other, tenant.organization):
        other.execute("select pbdb.delete_playbook(%s)", (playbook,))
        tenant.app.execute("set lock_timeout = '1s'")
        assert prune(tenant) == 0
    assert prune(tenant) == 0


def test_two_that_prune_share_the_work(
    tenant: Tenant, owner: Connection, connect: Callable[..., Connection]
) -> None:
    tenant.apply(transform("end", 1))
    age(owner, *(tenant.start() for _ in range(60)))
    two = [
        Tenant(connect("app"), tenant.worker, tenant.organization),
        Tenant(connect("app"), tenant.worker, tenant.organization),
    ]

    def drain(each: Tenant) -> int:
        return sum(iter(lambda: prune(each, f"{BEFORE}, 5"), 0))

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(drain, two)) + drain(tenant) == 60
    assert kept(tenant) == set()


def test_a_session_that_is_killed_in_a_bite_leaves_all_of_it(
    tenant: Tenant, owner: Connection, connect: Callable[..., Connection]
) -> None:
    tenant.apply(transform("end", 1))
    executions = [tenant.start() for _ in range(3)]
    age(owner, *executions)
    doomed = connect("app")

    with pytest.raises(psycopg.OperationalError), as_tenant(doomed, tenant.organization):
        doomed.execute(f"select pbdb.prune_executions({BEFORE})".encode())
        owner.execute("select pg_terminate_backend(%s)", (doomed.info.backend_pid,))
        doomed.execute("select 1")

    assert kept(tenant) == set(executions)
    assert prune(tenant) == 3


def test_a_repeated_request_starts_nothing_after_its_execution_has_gone(
    tenant: Tenant, owner: Connection
) -> None:
    tenant.apply(transform("end", 1))
    execution = tenant.start(key="order 7")
    age(owner, execution)
    assert prune(tenant) == 1

    assert tenant.start(key="order 7") == execution
    assert kept(tenant) == set()


def test_a_bite_reads_what_it_deletes_however_many_stay(tenant: Tenant, owner: Connection) -> None:
    tenant.apply(transform("end", 1))
    executions = [tenant.start() for _ in range(3)]
    tenant.rows(
        "select pbdb.start_playbook_executions((select id from pbdb.playbooks),"
        " array_fill('{}'::jsonb, array[2000]))"
    )
    age(owner, *executions)
    owner.execute("analyze pbdb.playbook_executions")

    def read() -> tuple[Any, ...] | None:
        owner.execute("select pg_stat_force_next_flush()")
        return owner.execute(
            "select seq_tup_read from pg_stat_user_tables"
            " where relid = 'pbdb.playbook_executions'::regclass"
        ).fetchone()

    before = read()
    tenant.app.execute("select pg_stat_force_next_flush()")
    assert prune(tenant) == 3
    tenant.app.execute("select pg_stat_force_next_flush()")
    tenant.app.execute("select 1")
    assert read() == before
