"""Which runners are there: seen by their sweeps, gone when nobody has seen them for long."""

from __future__ import annotations

from typing import Any

import psycopg

from build import Tenant, function

Connection = psycopg.Connection[Any]


def register(worker: Connection, name: str) -> None:
    worker.execute("select pbdb.register_worker(%s, '{CUSTOM_FUNCTION:f}', null)", (name,))


def names(owner: Connection) -> set[str]:
    return {row[0] for row in owner.execute("select name from pbdb.workers").fetchall()}


def test_a_sweep_shows_that_its_runner_lives_and_removes_the_dead(
    worker: Connection, owner: Connection
) -> None:
    for name in ("alive", "slow", "dead"):
        register(worker, name)
    owner.execute("update pbdb.workers set last_seen_at = now() - interval '30 seconds'")
    register(worker, "slow")

    assert worker.execute("select * from pbdb.sweep(100, 'alive')").fetchall() == []

    assert names(owner) == {"alive", "slow"}
    row = owner.execute(
        "select now() - last_seen_at < interval '20 seconds' from pbdb.workers where name = 'alive'"
    ).fetchone()
    assert row == (True,)


def test_a_runner_that_was_removed_is_told_so(worker: Connection) -> None:
    sweep = "select what from pbdb.sweep(100, 'late')"
    assert worker.execute(sweep).fetchall() == [("not registered",)]
    register(worker, "late")
    assert worker.execute(sweep).fetchall() == []


def test_a_dead_runner_serves_no_handler(
    tenant: Tenant, worker: Connection, owner: Connection
) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    register(worker, "dead")
    owner.execute("update pbdb.workers set last_seen_at = now() - interval '30 seconds'")
    worker.execute("select * from pbdb.sweep(100, 'alive')")

    ((finding,),) = tenant.rows(
        "select finding from pbdb.diagnose_execution(%s) where finding like 'step%%'", execution
    )
    assert "no runner that has handler CUSTOM_FUNCTION:f is known" in finding


def test_a_runner_that_stops_leaves_its_successor_under_the_same_name(
    worker: Connection, owner: Connection
) -> None:
    mine = worker.info.backend_pid
    theirs = owner.info.backend_pid
    worker.execute("select pbdb.register_worker('w', '{CUSTOM_FUNCTION:f}', %s)", (mine,))
    worker.execute("select pbdb.register_worker('w', '{CUSTOM_FUNCTION:f}', %s)", (theirs,))

    worker.execute("select pbdb.unregister_worker('w', %s)", (mine,))
    assert names(owner) == {"w"}
    worker.execute("select pbdb.unregister_worker('w', %s)", (theirs,))
    assert names(owner) == set()


def test_a_runner_that_nobody_knows_is_told_so_when_it_says_idle(worker: Connection) -> None:
    idle = "select pbdb.set_worker_idle('w', %s)"
    assert worker.execute(idle, (True,)).fetchone() == (False,)
    register(worker, "w")
    assert [worker.execute(idle, (each,)).fetchone() for each in (True, True, False)] == [
        (True,)
    ] * 3
