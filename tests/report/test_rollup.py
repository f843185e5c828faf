"""A summary is exact at every moment, whatever has been rolled up."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from report import rows

Connection = psycopg.Connection[Any]

# What a summary says, and what counting says: in one statement, so in one snapshot.
COMPARE = """
select
    (s.total_executions, s.successful_executions, s.failed_executions, s.running_executions,
     s.avg_duration_ms, s.last_execution_at, c.last_created_at)::text,
    (e.total, e.completed, e.failed, e.running, e.average, e.last_completed, e.last_created)::text
from pbdb.get_playbook_execution_summary(%(id)s) as s
cross join (
    select
        count(*) as total,
        count(*) filter (where status = 'COMPLETED') as completed,
        count(*) filter (where status = 'FAILED') as failed,
        count(*) filter (where status = 'RUNNING') as running,
        round(avg(duration_ms), 2) as average,
        max(completed_at) as last_completed,
        max(created_at) as last_created
    from pbdb.playbook_executions
    where playbook_id = %(id)s
) as e
left join pbdb.playbook_execution_counts as c on c.playbook_id = %(id)s
"""


def compare(conn: Connection, playbook_id: uuid.UUID) -> None:
    row = conn.execute(COMPARE, {"id": playbook_id}).fetchone()
    assert row is not None
    assert row[0] == row[1]


def rolled_up(conn: Connection, playbook_id: uuid.UUID) -> int:
    row = conn.execute(
        "select finished_count from pbdb.playbook_execution_rollups where playbook_id = %s",
        (playbook_id,),
    ).fetchone()
    return 0 if row is None else int(row[0])


def roll_up(conn: Connection, limit: int = 10000, *, waits: bool = True) -> int:

    if waits:
        # The horizon is the whole server's: open transactions of other tests hold it back a while.
        rows.eventually(
            lambda: conn.execute(
                "select 1 where not exists (select from pbdb.playbook_executions as e"
                " where e.finished_xid >= pg_snapshot_xmin(pg_current_snapshot()))"
            ).fetchone(),
            seconds=20,
        )
    row = conn.execute("select pbdb.roll_up_executions(%s)", (limit,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def playbook_id(owner: Connection, organization: uuid.UUID) -> uuid.UUID:
    return rows.playbook(owner, organization)


def test_a_roll_up_changes_no_figure(owner: Connection, playbook_id: uuid.UUID) -> None:
    rows.finished_executions(owner, playbook_id, 100)
    rows.execution(owner, playbook_id, "RUNNING")
    compare(owner, playbook_id)

    assert roll_up(owner) > 0

    assert rolled_up(owner, playbook_id) > 0
    compare(owner, playbook_id)


def test_few_executions_are_not_rolled_up_and_nothing_is_written(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    rows.finished_executions(owner, playbook_id, 10)

    with owner.transaction():
        assert roll_up(owner) == 0
        xid = owner.execute("select pg_current_xact_id_if_assigned()").fetchone()

    assert xid == (None,)


def test_a_limit_folds_about_as_many_and_the_rest_later(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    rows.finished_executions(owner, playbook_id, 150)

    assert roll_up(owner, 30) == 30
    compare(owner, playbook_id)
    assert roll_up(owner, 30) == 30
    compare(owner, playbook_id)


def test_a_limit_below_one_is_refused(owner: Connection) -> None:
    with pytest.raises(psycopg.Error) as refused:
        roll_up(owner, 0)
    assert refused.value.sqlstate == "PB017"


def test_what_one_transaction_finished_is_folded_whole(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    with owner.transaction():
        rows.finished_executions(owner, playbook_id, 80)

    assert roll_up(owner, 10) == 80

    compare(owner, playbook_id)


def test_a_transaction_still_running_holds_the_horizon(
    connect: Callable[..., Connection], owner: Connection, playbook_id: uuid.UUID
) -> None:
    early = connect("owner", autocommit=False)
    rows.execution(early, playbook_id, "COMPLETED", duration_ms=5)
    rows.finished_executions(owner, playbook_id, 100)

    assert roll_up(owner, waits=False) == 0
    compare(owner, playbook_id)
    early.commit()
    compare(owner, playbook_id)
    assert roll_up(owner) > 0
    compare(owner, playbook_id)


def test_retrying_a_rolled_up_execution_takes_it_out(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    first = rows.execution(owner, playbook_id, "FAILED", duration_ms=77)
    rows.finished_executions(owner, playbook_id, 100)
    roll_up(owner)
    before = rolled_up(owner, playbook_id)

    rows.retry(owner, first)

    assert rolled_up(owner, playbook_id) == before - 1
    compare(owner, playbook_id)


def test_retrying_a_recent_execution_needs_no_correction(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    rows.finished_executions(owner, playbook_id, 100)
    last = rows.execution(owner, playbook_id, "FAILED")
    roll_up(owner)
    before = rolled_up(owner, playbook_id)

    rows.retry(owner, last)

    assert rolled_up(owner, playbook_id) == before
    compare(owner, playbook_id)


def test_deleting_rolled_up_executions_takes_them_out(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    rows.finished_executions(owner, playbook_id, 120)
    roll_up(owner)

    owner.execute(
        """
        delete from pbdb.playbook_executions where id in (
            select id from pbdb.playbook_executions where playbook_id = %s order by id limit 50
        )
        """,
        (playbook_id,),
    )

    compare(owner, playbook_id)


def test_deleting_the_newest_executions_keeps_the_last_times_exact(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    rows.finished_executions(owner, playbook_id, 100)
    roll_up(owner)

    owner.execute(
        """
        delete from pbdb.playbook_executions where id in (
            select id from pbdb.playbook_executions
            where playbook_id = %s order by id desc limit 30
        )
        """,
        (playbook_id,),
    )

    compare(owner, playbook_id)
    rows.finished_executions(owner, playbook_id, 70)
    roll_up(owner)
    compare(owner, playbook_id)


def test_deleting_all_executions_leaves_nothing(owner: Connection, playbook_id: uuid.UUID) -> None:
    rows.finished_executions(owner, playbook_id, 100)
    roll_up(owner)

    owner.execute("delete from pbdb.playbook_executions where playbook_id = %s", (playbook_id,))

    compare(owner, playbook_id)
    assert rolled_up(owner, playbook_id) == 0


def test_deleting_the_playbook_deletes_its_roll_up(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    rows.finished_executions(owner, playbook_id, 100)
    roll_up(owner)

    owner.execute("delete from pbdb.playbooks where id = %s", (playbook_id,))

    left = owner.execute("select count(*) from pbdb.playbook_execution_rollups").fetchone()
    assert left == (0,)


def test_an_application_may_delete_its_playbook_with_rolled_up_executions(
    owner: Connection,
    app: Connection,
    organization: uuid.UUID,
    playbook_id: uuid.UUID,
    as_tenant: Callable[..., Any],
) -> None:
    rows.finished_executions(owner, playbook_id, 100)
    roll_up(owner)

    with as_tenant(app, organization):
        app.execute("delete from pbdb.playbooks where id = %s", (playbook_id,))

    left = owner.execute("select count(*) from pbdb.playbook_executions").fetchone()
    assert left == (0,)


def test_a_horizon_from_another_cluster_is_not_believed(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    rows.finished_executions(owner, playbook_id, 100)
    roll_up(owner)
    owner.execute(
        """
        update pbdb.playbook_execution_rollups
        set horizon = (pg_current_xact_id()::text::bigint + 1000000)::text::xid8,
            finished_count = 7, completed_count = 7, failed_count = 0
        """
    )

    compare(owner, playbook_id)
    roll_up(owner)
    compare(owner, playbook_id)
    assert rolled_up(owner, playbook_id) > 7


def test_a_horizon_from_another_cluster_hides_nothing_when_ids_have_passed_it(
    owner: Connection, playbook_id: uuid.UUID
) -> None:
    """Fewer have finished since the restore than a roll-up is made for."""
    rows.finished_executions(owner, playbook_id, 45)
    roll_up(owner)
    for table, column in (("execution_rollups", "horizon"), ("executions", "finished_xid")):
        owner.execute(
            f"update pbdb.playbook_{table} set {column} ="
            f" ({column}::text::bigint + 3000)::text::xid8".encode()
        )
    owner.execute("select pbdb.roll_up_executions()")
    rows.finished_executions(owner, playbook_id, 20)
    owner.execute("select pbdb.roll_up_executions()")
    for _ in range(3500):
        owner.execute("select pg_current_xact_id()")

    compare(owner, playbook_id)


def test_repeatable_read_rolls_nothing_up(
    connect: Callable[..., Connection], owner: Connection, playbook_id: uuid.UUID
) -> None:
    rows.finished_executions(owner, playbook_id, 100)
    other = connect("owner", autocommit=False)
    other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    assert roll_up(other) == 0


def test_a_retry_waits_for_a_roll_up_of_its_playbook_and_the_figures_stay_exact(
    connect: Callable[..., Connection], owner: Connection, playbook_id: uuid.UUID
) -> None:
    """The retry has changed its row before the roll-up counts, and asks only afterwards."""
    first = rows.execution(owner, playbook_id, "FAILED")
    rows.finished_executions(owner, playbook_id, 100)
    row = owner.execute(
        "select e::text from pbdb.playbook_executions as e where id = %s", (first,)
    ).fetchone()
    assert row is not None
    retrying = connect("owner", autocommit=False)
    retrying.execute(
        "update pbdb.playbook_executions set status = 'RUNNING', completed_at = null, "
        "finished_xid = null where id = %s",
        (first,),
    )
    # Its own transaction holds the horizon back, but not below an execution that finished earlier.
    assert roll_up(owner) > 0
    compare(owner, playbook_id)

    retrying.execute("select pbdb._unroll_execution(%s::pbdb.playbook_executions)", row)
    retrying.commit()

    compare(owner, playbook_id)


def test_figures_stay_exact_while_everybody_works(
    connect: Callable[..., Connection], owner: Connection, playbook_id: uuid.UUID
) -> None:
    """Three writers start, finish, retry and delete; two roll up; two compare in one snapshot."""
    until = time.monotonic() + 4
    compared: list[int] = []

    def work(job: Callable[[Connection, random.Random], None], seed: int) -> None:
        chance = random.Random(seed)
        conn = connect("owner")
        while time.monotonic() < until:
            job(conn, chance)

    def write(conn: Connection, chance: random.Random) -> None:
        what = chance.random()
        if what < 0.6:
            with conn.transaction():
                for _ in range(chance.randint(1, 30)):
                    status = chance.choice(["COMPLETED", "COMPLETED", "FAILED", "RUNNING"])
                    rows.execution(conn, playbook_id, status, duration_ms=chance.randint(0, 10_000))
                time.sleep(chance.random() * 0.01)
        elif what < 0.85:
            found = conn.execute(
                """
                select id from pbdb.playbook_executions
                where playbook_id = %s and finished_xid is not null
                offset %s limit 1
                """,
                (playbook_id, chance.randint(0, 300)),
            ).fetchone()
            if found is not None:
                rows.retry(conn, found[0])
        else:
            conn.execute(
                """
                delete from pbdb.playbook_executions where id in (
                    select id from pbdb.playbook_executions
                    where playbook_id = %s order by id offset %s limit %s
                    for update skip locked
                )
                """,
                (playbook_id, chance.randint(0, 200), chance.randint(1, 10)),
            )

    def roll(conn: Connection, chance: random.Random) -> None:
        roll_up(conn, chance.randint(1, 500), waits=False)

    def read(conn: Connection, chance: random.Random) -> None:
        compare(conn, playbook_id)
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with conn.transaction():
            compare(conn, playbook_id)
            time.sleep(chance.random() * 0.02)
            compare(conn, playbook_id)
        compared.append(1)

    jobs = [write, write, write, roll, roll, read, read]
    with ThreadPoolExecutor(len(jobs)) as pool:
        working = [pool.submit(work, job, seed) for seed, job in enumerate(jobs)]
    for each in working:
        each.result()

    assert len(compared) > 5
    assert rolled_up(owner, playbook_id) > 0
    compare(owner, playbook_id)
    deadlocks = owner.execute(
        "select deadlocks from pg_stat_database where datname = current_database()"
    ).fetchone()
    assert deadlocks == (0,)


def test_a_sweep_rolls_up(worker: Connection, owner: Connection, playbook_id: uuid.UUID) -> None:
    rows.finished_executions(owner, playbook_id, 100)

    # The horizon is the whole server's: an open transaction of another test holds it back a while.
    found = rows.eventually(
        lambda: worker.execute("select what, count from pbdb.sweep()").fetchall()
    )

    assert found == [("rolled up", rolled_up(owner, playbook_id))]


def test_fsck_finds_a_roll_up_that_is_wrong(owner: Connection, playbook_id: uuid.UUID) -> None:
    def found() -> list[Any]:
        violations = owner.execute("select violation from pbdb.fsck()").fetchall()
        return [row for row in violations if "roll-up" in row[0]]

    rows.finished_executions(owner, playbook_id, 100)
    roll_up(owner)
    assert found() == []

    owner.execute("update pbdb.playbook_execution_hours set execution_count = execution_count + 1")
    assert found() == [("the counts by hour differ from the roll-up",)]

    owner.execute("update pbdb.playbook_execution_rollups set finished_count = 99999")
    assert found() == [
        ("a roll-up differs from the executions below its horizon",),
        ("the counts by hour differ from the roll-up",),
    ]
