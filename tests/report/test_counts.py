"""get_execution_counts: how many ended in each hour and how, exact whatever has been rolled up."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from report import rows
from report.test_rollup import roll_up, rolled_up

Connection = psycopg.Connection[Any]
Ask = Callable[..., list[dict[str, Any]]]

COUNTED = """
select date_trunc('hour', completed_at, 'UTC') as hour, status::text, count(*)
from pbdb.playbook_executions
where organization_id = %s and completed_at is not null
group by 1, 2 order by 1, 2
"""
ALL = """
select bucket_start, status::text, execution_count
from get_execution_counts(now() - interval '30 days') order by 1, 2
"""


def spread(owner: Connection, playbook: uuid.UUID, count: int) -> None:
    """Finished executions over the last two days, every tenth FAILED."""
    rows.finished_executions(owner, playbook, count)
    owner.execute(
        """
        update pbdb.playbook_executions as e
        set
            started_at = now() - n.n * interval '40 minutes' - interval '1 s' * (n.n %% 7),
            completed_at = now() - n.n * interval '40 minutes'
        from (
            select id, row_number() over (order by id) as n
            from pbdb.playbook_executions where playbook_id = %s
        ) as n
        where e.id = n.id
        """,
        (playbook,),
    )


def same(owner: Connection, ask: Ask, organization: uuid.UUID) -> None:
    assert [tuple(row.values()) for row in ask(ALL)] == owner.execute(
        COUNTED, (organization,)
    ).fetchall()
    # These rows are no executions that the engine made; the sums are what matters here.
    assert owner.execute("select * from pbdb._fsck_rollups()").fetchall() == []


def test_a_roll_up_changes_no_count(owner: Connection, ask: Ask, organization: uuid.UUID) -> None:
    playbook = rows.playbook(owner, organization)
    spread(owner, rows.playbook(owner, uuid.uuid4()), 5)
    spread(owner, playbook, 70)
    same(owner, ask, organization)

    roll_up(owner)

    assert rolled_up(owner, playbook) > 0
    same(owner, ask, organization)


def test_what_is_retried_or_deleted_leaves_its_hour(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    spread(owner, playbook, 70)
    roll_up(owner)
    ids = owner.execute("select id from pbdb.playbook_executions order by id limit 20").fetchall()
    for (execution,) in ids[:5]:
        rows.retry(owner, execution)
    same(owner, ask, organization)

    owner.execute(
        "delete from pbdb.playbook_executions where id = any(%s)", ([row[0] for row in ids[5:]],)
    )
    same(owner, ask, organization)

    owner.execute("delete from pbdb.playbooks where id = %s", (playbook,))
    assert ask(ALL) == []
    assert owner.execute("select * from pbdb.playbook_execution_hours").fetchall() == []


def test_a_roll_up_of_another_cluster_is_not_believed(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    spread(owner, playbook, 70)
    roll_up(owner)
    owner.execute("update pbdb.playbook_execution_rollups set horizon = '9000000000000000000'")
    assert [tuple(row.values()) for row in ask(ALL)] == owner.execute(
        COUNTED, (organization,)
    ).fetchall()

    roll_up(owner)
    same(owner, ask, organization)


def test_durations_are_told_by_their_mean_and_two_percentiles(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    for number in range(1, 101):
        rows.execution(owner, playbook, "COMPLETED", duration_ms=number * 10)
    owner.execute("update pbdb.playbook_executions set completed_at = '2026-01-01 10:00Z', "
                  "started_at = '2026-01-01 10:00Z'::timestamptz - interval '1 ms' * duration_ms")  # fmt: skip

    (found,) = ask("select * from get_execution_counts('2026-01-01', '2026-01-02', 'day')")

    assert found["execution_count"] == 100
    assert float(found["avg_duration_ms"]) == pytest.approx(505, abs=1)
    assert found["p50_duration_ms"] == pytest.approx(500, rel=0.1)
    assert found["p95_duration_ms"] == pytest.approx(950, rel=0.1)


def test_what_never_began_has_no_duration(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    rows.execution(owner, rows.playbook(owner, organization), "CANCELLED")
    owner.execute("update pbdb.playbook_executions set started_at = null")

    (found,) = ask("select * from get_execution_counts()")

    assert (found["status"], found["execution_count"]) == ("CANCELLED", 1)
    assert found["avg_duration_ms"] is found["p50_duration_ms"] is found["p95_duration_ms"] is None


def test_counts_are_of_whole_hours_or_days_and_of_one_playbook(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    for name in ("p", "q"):
        rows.execution(owner, rows.playbook(owner, organization, name), "COMPLETED")
    owner.execute("update pbdb.playbook_executions set completed_at = '2026-01-01 10:30Z'")

    def count(arguments: str) -> int:
        found = ask(f"select execution_count from get_execution_counts({arguments})")
        return sum(row["execution_count"] for row in found)

    assert count("'2026-01-01 10:59Z', '2026-01-01 11:00Z'") == 2
    assert count("'2026-01-01 09:00Z', '2026-01-01 10:00Z'") == 0
    assert count("'2026-01-01 09:00Z', '2026-01-01 10:01Z'") == 2
    assert count("'2026-01-01 11:00Z', '2026-01-01 12:00Z'") == 0
    assert count("'2026-01-01', '2026-01-02', 'day', 'p'") == 1
    assert count("'2026-01-01', '2026-01-02', 'day', 'x'") == 0


@pytest.mark.parametrize(
    "arguments",
    ["p_bucket => 'minute'", "p_bucket => null", "now() - interval '43 days'", "'-infinity'",
     "now() - interval '1001 days', now(), 'day'", "p_to => 'infinity'"],
)  # fmt: skip
def test_too_many_or_unknown_buckets_are_refused(ask: Ask, arguments: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        ask(f"select * from get_execution_counts({arguments})")
    assert refused.value.sqlstate == "PB017"


def test_other_tenants_are_not_counted(owner: Connection, ask: Ask, app: Connection) -> None:
    rows.execution(owner, rows.playbook(owner, uuid.uuid4()), "COMPLETED")

    assert ask("select * from get_execution_counts()") == []
    assert app.execute("select * from pbdb.get_execution_counts()").fetchall() == []


def test_trends_are_the_counts_of_each_day_the_percentiles_and_the_last_failure(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization, "p")
    rows.playbook(owner, organization, "never")
    foreign = rows.playbook(owner, uuid.uuid4(), "p")
    for number in range(1, 41):
        rows.execution(owner, playbook, "COMPLETED", duration_ms=number * 10)
        rows.execution(owner, foreign, "FAILED")
    for code in ("FIRST", "LAST"):
        last = rows.execution(owner, playbook, "FAILED", error_code=code, error_message="x" * 900)
    days = "date_trunc('day', statement_timestamp(), 'UTC') + interval '1 second'"
    owner.execute(
        f"update pbdb.playbook_executions set completed_at = {days} - interval '2 days'"
        " where duration_ms <= 200".encode()
    )
    owner.execute(
        f"update pbdb.playbook_executions set completed_at = {days} where status = 'FAILED'".encode()
    )
    roll_up(owner)
    trends = "select * from get_playbook_trends(%s, 3)"
    never, found, unknown = ask(trends, ["p", "p", None, "unknown", "never"])
    assert sum(found["completed_counts"]) == 40
    assert found["completed_counts"][1] == 0
    assert found["failed_counts"] == [0, 0, 2]
    assert found["p95_duration_ms"] is not None
    assert found["last_failed_execution_id"] == last
    assert (found["last_error_code"], len(found["last_error_message"])) == ("LAST", 500)
    for row in (never, unknown):
        assert (row["completed_counts"], row["failed_counts"]) == ([0, 0, 0], [0, 0, 0])
        assert row["p50_duration_ms"] is row["last_failed_execution_id"] is None
    assert ask(trends, []) == ask("select * from get_playbook_trends(null)") == []
    for names, span in (("{a}", 0), ("{a}", 91), ("{a}", None)):
        with pytest.raises(psycopg.Error) as error:
            ask("select * from get_playbook_trends(%s, %s)", names, span)
        assert error.value.sqlstate == "PB017"
    with pytest.raises(psycopg.Error, match="201 playbooks"):
        ask("select * from get_playbook_trends(%s)", [f"p{n}" for n in range(201)])
