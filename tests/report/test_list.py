"""list_executions and count_executions: every filter, pages, and how little of history they read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from report import rows

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]
Listed = Callable[..., list[uuid.UUID]]
ENDED = ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"]


@pytest.fixture
def listed(app: Connection, organization: uuid.UUID, as_tenant: AsTenant) -> Listed:
    """Ids that list_executions gives an application of the tenant for these filters.

    count_executions must count as many.
    """

    def ids(**filters: object) -> list[uuid.UUID]:
        given = ", ".join(f"{name} => %s" for name in filters)
        counted = {k: v for k, v in filters.items() if k not in ("p_limit", "p_before_id")}
        also = ", ".join(f"{name} => %s" for name in counted)
        with as_tenant(app, organization), app.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(
                f"select * from pbdb.list_executions({given})".encode(), list(filters.values())
            ).fetchall()
            cursor.execute(
                f"select pbdb.count_executions({also}) as count".encode(), list(counted.values())
            )
            count = cursor.fetchall()[0]["count"]
        assert counted != filters or count == len(found)
        return [row["execution_id"] for row in found]

    return ids


def id_at(moment: datetime) -> uuid.UUID:
    """Return a UUIDv7 of a moment."""
    millis = int(moment.timestamp() * 1000)
    return uuid.UUID(int=millis << 80 | 0x7 << 76 | 0x2 << 62 | uuid.uuid4().int >> 66)


def test_executions_are_listed_newest_first_in_pages(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    rows.execution(owner, rows.playbook(owner, uuid.uuid4()), "COMPLETED")
    ids = [rows.execution(owner, playbook, s) for s in ["COMPLETED", "FAILED", "RUNNING", "FAILED"]]

    assert listed() == [*reversed(ids)]
    assert listed(p_limit=2) == [ids[3], ids[2]]
    assert listed(p_before_id=ids[2], p_limit=2) == [ids[1], ids[0]]
    assert listed(p_before_id=ids[0]) == []


def test_a_page_says_what_a_row_of_a_table_shows(
    owner: Connection, app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> None:
    playbook = rows.playbook(owner, organization, "expenses", version=3, steps=2)
    deadline = datetime(2030, 1, 1, tzinfo=UTC)
    execution = rows.execution(
        owner,
        playbook,
        "PAUSED",
        execution_name="for Ada",
        deadline_at=deadline,
        current_step_id=rows.step(owner, playbook, 2),
        completed_steps=1,
        total_steps=2,
        trigger_source="api",
    )
    with as_tenant(app, organization), app.cursor(row_factory=dict_row) as cursor:
        (found,) = cursor.execute("select * from pbdb.list_executions()").fetchall()

    assert found.pop("created_at") and found.pop("started_at")
    assert found == {
        "execution_id": execution,
        "playbook_id": playbook,
        "playbook_name": "expenses",
        "version": 3,
        "execution_name": "for Ada",
        "status": "PAUSED",
        "trigger_source": "api",
        "triggered_by": None,
        "error_code": None,
        "error_message": None,
        "completed_steps": 1,
        "total_steps": 2,
        "completed_at": None,
        "duration_ms": None,
        "pause_reason": "waiting",
        "current_step_name": "step_2",
        "deadline_at": deadline,
        "parent_execution_id": None,
    }


def test_a_playbook_is_named_by_id_for_one_version_and_by_name_for_all(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    one, two = (rows.playbook(owner, organization, version=version) for version in (1, 2))
    other = rows.playbook(owner, organization, "other")
    a, b, c, d = (rows.execution(owner, each, "COMPLETED") for each in (one, two, other, one))

    assert listed(p_playbook_id=one) == [d, a]
    assert listed(p_playbook_name="qualify") == [d, b, a]
    assert listed(p_playbook_name="qualify", p_playbook_id=two) == [b]
    assert listed(p_playbook_name="other", p_playbook_id=two) == []
    assert listed(p_playbook_name="nobody's") == []
    assert c in listed()


def test_statuses_are_any_of_those_given(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    ids = {
        status: rows.execution(owner, playbook, status)
        for status in ["PENDING", "RUNNING", "PAUSED", *ENDED]
    }

    assert {status: listed(p_status=status) for status in ids} == {
        status: [execution] for status, execution in ids.items()
    }
    assert listed(p_statuses=["RUNNING", "COMPLETED", "RUNNING"]) == [
        ids["COMPLETED"],
        ids["RUNNING"],
    ]
    assert listed(p_statuses=["RUNNING", "COMPLETED"], p_limit=1) == [ids["COMPLETED"]]
    assert listed(p_statuses=["RUNNING", "PAUSED"], p_status="PAUSED") == [ids["PAUSED"]]
    assert listed(p_statuses=[]) == []
    assert listed(p_statuses=["FAILED", "COMPLETED"], p_playbook_id=playbook) == [
        ids["FAILED"],
        ids["COMPLETED"],
    ]


def test_sources_and_error_codes_filter(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    a = rows.execution(owner, playbook, "FAILED", error_code="BOOM", trigger_source="api")
    b = rows.execution(owner, playbook, "TIMEOUT", error_code="TIMEOUT", trigger_source="event")
    c = rows.execution(owner, playbook, "COMPLETED", trigger_source="api")

    assert listed(p_sources=["api"]) == [c, a]
    assert listed(p_sources=["api", "event"], p_status="TIMEOUT") == [b]
    assert listed(p_error_code="BOOM") == [a]
    assert listed(p_error_code="BOOM", p_status="TIMEOUT") == []
    assert listed(p_error_code="boom") == []


def test_a_time_range_holds_its_beginning_and_not_its_end(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    moments = [noon - timedelta(milliseconds=1), noon, noon + timedelta(milliseconds=1)]
    before, at, after = (
        rows.execution(owner, playbook, "COMPLETED", id=id_at(moment)) for moment in moments
    )

    assert listed(p_from=noon) == [after, at]
    assert listed(p_to=noon) == [before]
    assert listed(p_from=noon, p_to=moments[2]) == [at]
    assert listed(p_to=noon, p_before_id=before) == []
    assert listed(p_from=moments[2], p_to=noon) == []


@pytest.mark.parametrize("moment", ["-infinity", "infinity", "0001-01-01", "20000-01-01"])
def test_a_moment_that_no_id_has_is_before_or_after_all_of_them(
    owner: Connection, listed: Listed, organization: uuid.UUID, moment: str
) -> None:
    execution = rows.execution(owner, rows.playbook(owner, organization), "COMPLETED")
    is_early = moment in ("-infinity", "0001-01-01")

    assert listed(p_from=moment) == ([execution] if is_early else [])
    assert listed(p_to=moment) == ([] if is_early else [execution])


def test_an_execution_started_now_is_in_a_range_around_now(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    """The ids of the server are what the range compares with."""
    playbook = rows.playbook(owner, organization)
    row = owner.execute("select clock_timestamp()").fetchone()
    execution = rows.execution(owner, playbook, "COMPLETED")
    end = owner.execute("select clock_timestamp()").fetchone()
    assert row is not None and end is not None

    assert listed(p_from=row[0], p_to=end[0]) == [execution]
    assert listed(p_from=end[0]) == []


def test_metadata_contains_what_is_asked_for(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    a = rows.execution(owner, playbook, metadata=Jsonb({"customer": 7, "tags": ["x", "y"]}))
    b = rows.execution(owner, playbook, metadata=Jsonb({"customer": 8}))
    c = rows.execution(owner, playbook, metadata=Jsonb(["customer"]))
    rows.execution(
        owner, rows.playbook(owner, uuid.uuid4()), metadata=Jsonb({"customer": 7, "tags": ["x"]})
    )

    assert listed(p_metadata=Jsonb({"customer": 7})) == [a]
    assert listed(p_metadata=Jsonb({"tags": ["y"]})) == [a]
    assert listed(p_metadata=Jsonb({"customer": "7"})) == []
    assert listed(p_metadata=Jsonb({})) == [c, b, a]
    assert listed(p_metadata=Jsonb({"organization id": str(organization)})) == []


@pytest.mark.parametrize("metadata", ["[]", '"x"', "7", "null"])
def test_metadata_that_is_no_object_is_refused(listed: Listed, metadata: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        listed(p_metadata=Jsonb(json.loads(metadata)))
    assert refused.value.sqlstate == "PB017"


def test_a_search_finds_the_beginning_of_id_name_and_key(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    playbook = rows.playbook(owner, organization)
    a = rows.execution(owner, playbook, "COMPLETED", execution_name="Order 7 of Ada")
    b = rows.execution(owner, playbook, "FAILED", idempotency_key="Order 8", error_code="BOOM")
    c = rows.execution(owner, playbook, "COMPLETED", execution_name="100% of_it\\")

    assert listed(p_search="Order ") == [b, a]
    assert listed(p_search=" Order 7") == [a]
    assert listed(p_search="of Ada") == []
    assert listed(p_search="order") == []
    assert listed(p_search="100% of_") == [c]
    assert listed(p_search="100_") == []
    assert listed(p_search="100% of_it\\") == [c]
    assert listed(p_search="Order", p_status="FAILED") == [b]
    for length in (1, 8, 9, 20, 36):
        assert a in listed(p_search=str(a)[:length])
    assert listed(p_search=str(b).upper()) == [b]
    assert listed(p_search=str(b) + "0") == []
    assert listed(p_search=str(uuid.uuid4())) == []
    assert listed(p_search="  ") == [c, b, a]


def test_children_are_shown_when_asked_for_with_the_execution_that_called_them(
    owner: Connection, app: Connection, organization: uuid.UUID, as_tenant: AsTenant,
    listed: Listed,
) -> None:  # fmt: skip
    playbook = rows.playbook(owner, organization, steps=1)
    parent = rows.execution(owner, playbook)
    row = owner.execute(
        """
        insert into pbdb.playbook_step_results (execution_id, step_id, organization_id, status)
        values (%s, %s, %s, 'RUNNING') returning id
        """,
        (parent, rows.step(owner, playbook, 1), organization),
    ).fetchone()
    assert row is not None
    child = rows.execution(
        owner, playbook, parent_result_id=row[0], root_execution_id=parent, depth=1
    )

    assert listed() == [parent]
    assert listed(p_with_children=None) == [parent]
    assert listed(p_with_children=True) == [child, parent]
    with as_tenant(app, organization):
        found = app.execute(
            "select parent_execution_id from pbdb.list_executions(p_with_children => true)"
        ).fetchall()
    assert found == [(parent,), (None,)]


@pytest.mark.parametrize("limit", [0, 1001, None])
def test_a_page_of_no_or_too_many_executions_is_refused(listed: Listed, limit: int | None) -> None:
    with pytest.raises(psycopg.Error) as refused:
        listed(p_limit=limit)
    assert refused.value.sqlstate == "PB017"


@pytest.mark.parametrize("limit", [0, 10_001, None])
def test_counting_to_nothing_or_too_far_is_refused(
    app: Connection, organization: uuid.UUID, as_tenant: AsTenant, limit: int | None
) -> None:
    with pytest.raises(psycopg.Error) as refused, as_tenant(app, organization):
        app.execute("select pbdb.count_executions(p_limit => %s)", (limit,))
    assert refused.value.sqlstate == "PB017"


def test_without_a_tenant_nothing_is_listed(
    owner: Connection, app: Connection, organization: uuid.UUID
) -> None:
    rows.execution(owner, rows.playbook(owner, organization))

    assert app.execute("select * from pbdb.list_executions()").fetchall() == []
    assert app.execute("select pbdb.count_executions()").fetchone() == (0,)


def history(owner: Connection, organization: uuid.UUID, count: int) -> None:
    """Write a history as big as wanted: 40 FAILED, 3 PAUSED, the rest COMPLETED.

    Three of four are of the playbook `busy`, the rest of `calm`, whose last ones are long ago. Every
    execution has metadata: a `region` that all share and a `customer` that few have.
    """
    for name in ("busy", "calm"):
        rows.playbook(owner, organization, name)
    with owner.transaction():
        owner.execute("set local session_replication_role = replica")
        owner.execute(
            """
            insert into pbdb.playbook_executions (
                id, playbook_id, organization_id, execution_name, status, error_code, started_at,
                completed_at, finished_xid, pause_reason, paused_at, metadata, created_at
            )
            select
                encode(
                    int8send(((extract(epoch from t.at) * 1000)::bigint << 16) | 28672)
                    || int8send((h.n * 7919::bigint) | (-9223372036854775808)), 'hex'
                )::uuid,
                p.id, p.organization_id,
                case when h.n %% 100 = 0 then 'order ' || h.n end,
                s.status, case when s.status = 'FAILED' then 'BOOM' end, t.at,
                case when s.status <> 'PAUSED' then t.at end,
                case when s.status <> 'PAUSED' then pg_current_xact_id() end,
                case when s.status = 'PAUSED' then 'waiting' end,
                case when s.status = 'PAUSED' then t.at end,
                jsonb_build_object('region', 'eu', 'customer', h.n %% 5000), t.at
            from generate_series(1, %(count)s) as h (n)
            inner join pbdb.playbooks as p
                on p.organization_id = %(organization)s
                and p.name = case when h.n < %(count)s / 4 then 'calm' else 'busy' end
            cross join lateral (
                select now() - (%(count)s - h.n) * interval '1 minute' as at
            ) as t
            cross join lateral (
                select (case
                    when h.n %% (%(count)s / 40) = 7 then 'FAILED'
                    when h.n %% (%(count)s / 3) = 1 then 'PAUSED'
                    else 'COMPLETED'
                end)::pbdb.playbook_execution_status as status
            ) as s
            order by h.n
            """,
            {"organization": organization, "count": count},
        )
    owner.execute("vacuum analyze pbdb.playbook_executions")


RARE = [
    """p_metadata => '{"customer": -1}'""",
    """p_metadata => '{"customer": 77}'""",
    """p_metadata => '{"customer": 77, "region": "eu"}'""",
    """p_metadata => '{"customer": 77}', p_status => 'COMPLETED'""",
]
FEW = [
    "",
    "p_status => 'FAILED'",
    "p_status => 'PAUSED'",
    "p_status => 'RUNNING'",
    "p_statuses => '{FAILED,PAUSED,RUNNING,CANCELLED}'",
    "p_status => 'COMPLETED'",
    "p_playbook_name => 'calm'",
    "p_playbook_name => 'calm', p_status => 'FAILED'",
    "p_playbook_name => 'busy', p_status => 'COMPLETED'",
    "p_error_code => 'BOOM'",
    "p_error_code => 'NEVER'",
    "p_search => 'order 5000'",
    "p_search => 'nothing'",
    "p_from => now() - interval '20 days', p_to => now() - interval '19 days'",
    "p_to => now() - interval '30 days'",
    "p_from => now() + interval '1 day'",
    *RARE,
]


def test_a_page_reads_as_little_of_a_long_history_as_of_a_short_one(
    owner: Connection, app: Connection, as_tenant: AsTenant
) -> None:
    """Buffers, and not times; as the real role, whose plans forced row level security decides."""
    short, long = uuid.uuid4(), uuid.uuid4()
    history(owner, short, 6_000)
    history(owner, long, 60_000)
    more = {}
    for arguments in FEW:
        query = f"select * from pbdb.list_executions({arguments})"
        read = [buffers(app, as_tenant, organization, query) for organization in (short, long)]
        more[arguments] = read[1] - read[0]

    # A page of 50 rows with what is joined to each; the whole table is more than 2,500 pages.
    assert {arguments: n for arguments, n in more.items() if n > 700} == {}

    # What a sample of `analyze` happened to hold changes nothing.
    for _ in range(5):
        owner.execute("analyze pbdb.playbook_executions")
        for arguments in RARE:
            query = f"select * from pbdb.list_executions({arguments})"
            assert buffers(app, as_tenant, long, query) < 1_500, arguments


def buffers(app: Connection, as_tenant: AsTenant, organization: uuid.UUID, query: str) -> int:
    """Pages that a query reads as an application of a tenant."""
    with as_tenant(app, organization):
        # The first call of a session reads the catalog.
        app.execute(query.encode())
        row = app.execute(
            f"explain (analyze, buffers, timing off, format json) {query}".encode()
        ).fetchone()
    assert row is not None
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def test_pages_walk_through_everything_once(
    owner: Connection, listed: Listed, organization: uuid.UUID
) -> None:
    history(owner, organization, 3_000)
    for filters in (
        {"p_status": "FAILED"},
        {"p_statuses": ["FAILED", "PAUSED"]},
        {"p_playbook_name": "calm"},
        {"p_metadata": Jsonb({"customer": 7})},
        {"p_metadata": Jsonb({"region": "eu"})},
        {"p_search": "order"},
    ):
        pages: list[uuid.UUID] = []
        while page := listed(
            **filters, p_limit=400, **({"p_before_id": pages[-1]} if pages else {})
        ):
            pages += page
        with owner.transaction():
            everything = listed(**filters, p_limit=1000)
        assert pages[:1000] == everything
        assert len(set(pages)) == len(pages)
        assert pages == sorted(pages, reverse=True)
