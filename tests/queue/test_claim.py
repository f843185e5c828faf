"""Claims take the oldest due steps, each once, never more than asked for, and cost nothing idle."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from build import Tenant, as_tenant, function, transform

# Every way the planner may be led to join the picked rows with the table.
PLANS = [
    (),
    ("enable_indexscan", "enable_bitmapscan"),
    ("enable_seqscan",),
    ("enable_hashjoin", "enable_mergejoin"),
    ("enable_hashjoin", "enable_mergejoin", "enable_material", "enable_sort"),
    ("enable_nestloop",),
    ("enable_nestloop", "enable_hashjoin"),
    ("enable_sort", "enable_indexscan"),
]


HISTORY = "pbdb.playbook_executions, pbdb.playbook_step_results, pbdb.playbook_ready_steps"


def start(tenant: Tenant, count: int, name: str = "test") -> list[uuid.UUID]:
    playbook = tenant.one("select id from pbdb.playbooks where name = %s", name)
    with as_tenant(tenant.app, tenant.organization) as conn:
        return [
            row[0]
            for row in conn.execute(
                "select pbdb.start_playbook_executions(%s, array_fill('{}'::jsonb, array[%s]))",
                (playbook, count),
            )
        ]


def test_the_step_that_waited_longest_is_claimed_first(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("a"))
    executions = [tenant.start() for _ in range(4)]
    for seconds, execution in zip((5, 30, 10, 20), executions, strict=True):
        owner.execute(
            "update pbdb.playbook_ready_steps set due_at = now() - interval '1 s' * %s"
            " where execution_id = %s",
            (seconds, execution),
        )
    claimed = [tenant.claim(limit=1)[0]["execution_id"] for _ in executions]
    assert claimed == [executions[1], executions[3], executions[2], executions[0]]


def test_a_step_is_not_claimed_before_it_is_due(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("a"))
    tenant.start()
    owner.execute("update pbdb.playbook_ready_steps set due_at = now() + interval '10 s'")
    assert tenant.claim() == []
    owner.execute("update pbdb.playbook_ready_steps set due_at = clock_timestamp()")
    assert len(tenant.claim()) == 1


def test_a_step_is_not_claimed_before_it_is_due_beside_one_that_is(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("a"))
    due, later = tenant.start(), tenant.start()
    owner.execute(
        "update pbdb.playbook_ready_steps set due_at = now() + interval '10 s'"
        " where execution_id = %s",
        (later,),
    )
    assert [row["execution_id"] for row in tenant.claim()] == [due]


@pytest.mark.parametrize("off", PLANS, ids=lambda off: "-".join(off) or "default")
def test_a_claim_takes_no_more_than_its_limit_whatever_the_plan(
    tenant: Tenant, off: tuple[str, ...]
) -> None:
    tenant.apply(function("a"))
    start(tenant, 30)
    for setting in off:
        tenant.worker.execute(f"set {setting} = off")
    assert [len(tenant.claim(limit=limit)) for limit in (1, 7, 0, 30)] == [1, 7, 0, 22]
    leased = tenant.worker.info.transaction_status
    assert leased == psycopg.pq.TransactionStatus.IDLE


@pytest.mark.parametrize("off", PLANS, ids=lambda off: "-".join(off) or "default")
def test_a_claim_goes_from_row_to_row_by_index_whatever_the_plan(
    tenant: Tenant, owner: psycopg.Connection[Any], off: tuple[str, ...]
) -> None:
    # A queue that was long when it was analyzed: a limit that is a parameter seems to leave many.
    tenant.apply(function("a"))
    start(tenant, 500)
    owner.execute(f"vacuum analyze {HISTORY}")
    for setting in off:
        owner.execute(f"set {setting} = off")
    with owner.transaction():
        before = scans(owner)
        for _ in range(10):
            owner.execute("select * from pbdb.claim_playbook_steps('w', array['CUSTOM_FUNCTION'])")
        assert scans(owner) == before


def scans(owner: psycopg.Connection[Any]) -> list[Any]:
    """How often this session has read one of the three tables as a whole."""
    return owner.execute(
        f"select t, pg_stat_get_xact_numscans(t::regclass) from unnest('{{{HISTORY}}}'::text[]) as t"
    ).fetchall()


def test_plans_made_while_the_queue_was_empty_do_not_read_a_long_one_as_a_whole(
    tenant: Tenant,
    owner: psycopg.Connection[Any],
    connect: Callable[..., psycopg.Connection[Any]],
) -> None:
    """A session keeps its plans until somebody analyzes, which takes a minute at best."""
    tenant.apply(function("a"))
    owner.execute(f"vacuum analyze {HISTORY}")
    for _ in range(7):
        turn(owner, turn(owner, []))
    # A busy server: somebody's older transaction keeps every version that the others leave.
    older = connect("owner")
    older.execute("begin")
    older.execute("select pg_current_xact_id()")
    start(tenant, 8000)
    # What another runner holds is in the way of what looks for leases.
    for _ in range(8):
        tenant.claim(limit=100)
    with owner.transaction():
        before, read_before = scans(owner), rows_read(owner)
        claims = turn(owner, [])
        for _ in range(5):
            claims = turn(owner, claims)
        assert len(claims) == 10
        assert scans(owner) == before
        # An index can be read as a whole too, even once for each row of the other side. What the
        # 800 leases left behind is in it, some three times a turn.
        assert rows_read(owner) - read_before < 6 * 8000


@pytest.mark.parametrize("value", ["1.5", "1e300", "NaN", "", "soon"])
def test_a_session_whose_look_took_long_does_not_look_again_at_once(
    tenant: Tenant, owner: psycopg.Connection[Any], value: str
) -> None:
    """What the session notes is a hint: any other value than a near future means nothing."""
    tenant.apply(function("a"))
    tenant.start()
    tenant.claim()
    owner.execute("update pbdb.playbook_ready_steps set due_at = now() - interval '1 s'")
    read = "select array_agg(error_code order by id) from pbdb.playbook_step_results"

    note = "select set_config('pbdb.look_again_at', %s, false)"
    tenant.worker.execute(note, (str(time.time() + 1.9),))
    tenant.claim()
    assert owner.execute(read).fetchone() == ([None],)

    tenant.worker.execute(note, (value,))
    tenant.claim()
    assert owner.execute(read).fetchone() == (["LOST", None],)


def test_the_second_slow_look_is_noted_and_a_quick_one_forgets_it(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    def note() -> str:
        row = tenant.worker.execute("select current_setting('pbdb.look_again_at', true)").fetchone()
        return (row and row[0]) or ""

    def slow_claim() -> float:
        owner.execute("begin")
        owner.execute("lock table pbdb.playbook_ready_steps in access exclusive mode")
        with ThreadPoolExecutor(1) as pool:
            claim = pool.submit(tenant.claim)
            time.sleep(0.1)
            owner.execute("commit")
            claim.result()
        return time.time()

    tenant.claim()
    tenant.claim()
    assert note() == ""
    ended = slow_claim()
    assert float(note()) < ended
    ended = slow_claim()
    assert ended < float(note()) < ended + 2
    time.sleep(2.1)
    tenant.claim()
    assert note() == ""


def test_an_attempt_that_succeeds_writes_its_indexes_once(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("a"))
    start(tenant, 5)
    with owner.transaction():
        turn(owner, turn(owner, []))
        row = owner.execute(
            "select pg_stat_get_xact_tuples_updated(oid), pg_stat_get_xact_tuples_hot_updated(oid)"
            " from pg_class where oid = 'pbdb.playbook_step_results'::regclass"
        ).fetchone()
    assert row is not None
    # Six claims, one release, one failure, three completions; a failure is in one more index.
    assert row == (11, 10)


def rows_read(owner: psycopg.Connection[Any]) -> int:
    """How many rows and index entries of the three tables this session has read."""
    row = owner.execute(
        f"""select sum(pg_stat_get_xact_tuples_fetched(t::regclass) + (
                select sum(pg_stat_get_xact_tuples_returned(i.indexrelid))
                from pg_index as i where i.indrelid = t::regclass
            ))::int
        from unnest('{{{HISTORY}}}'::text[]) as t"""
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_reports_about_many_tenants_cost_a_look_for_each_and_not_for_each_pair(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenants = [Tenant(tenant.app, tenant.worker, uuid.uuid4()) for _ in range(30)]
    for each in tenants:
        each.apply(function("a"))
        each.start()
    for each in tenants:
        start(each, 40)
    owner.execute(f"analyze {HISTORY}".encode())
    claims = tenant.claim(limit=30)
    assert {claim["organization_id"] for claim in claims} == {t.organization for t in tenants}
    ids, tokens = ([claim[key] for claim in claims] for key in ("step_result_id", "token"))
    calls = [
        ("heartbeat", "", "extended"),
        ("complete", ", array_fill('1'::text, array[30])", "accepted"),
    ]

    for verb, more, outcome in calls:
        before = looks(owner)
        answers = tenant.worker.execute(
            f"select outcome from pbdb.{verb}_playbook_steps('w1', %s, %s{more})".encode(),
            (ids, tokens),
        ).fetchall()
        tenant.worker.execute("select pg_stat_force_next_flush()")
        assert {row[0] for row in answers} == {outcome}
        assert looks(owner) - before < 10 * 30, verb


def looks(owner: psycopg.Connection[Any]) -> int:
    """How often anybody has looked something up in the key of the queue."""
    owner.execute("select pg_stat_clear_snapshot()")
    row = owner.execute(
        "select idx_scan from pg_stat_user_indexes where indexrelname = 'playbook_ready_steps_pkey'"
    ).fetchone()
    assert row is not None
    return int(row[0])


def turn(owner: psycopg.Connection[Any], claims: list[Any]) -> list[Any]:
    """Complete what is held and claim ten more, as a runner does; also one of each other report."""
    ids, tokens = [row[1] for row in claims], [row[2] for row in claims]
    owner.execute("select pbdb.heartbeat_playbook_steps('w', %s, %s, 60)", (ids, tokens))
    owner.execute("select pbdb.release_playbook_steps('w', %s, %s)", (ids[:1], tokens[:1]))
    owner.execute(
        """select pbdb.fail_playbook_steps(
            'w', %s, %s, array_fill('{"code": "NO", "message": "no"}'::jsonb, array[%s]))""",
        (ids[1:2], tokens[1:2], len(ids[1:2])),
    )
    return [
        row
        for row in owner.execute(
            """select outcome, step_result_id, token from pbdb.complete_and_claim_playbook_steps(
                'w', %s, %s, array_fill('1'::text, array[%s]), null,
                array['CUSTOM_FUNCTION'], 10, 60)""",
            (ids, tokens, len(ids)),
        )
        if row[0] is None
    ]


def test_a_limit_holds_over_several_handlers(tenant: Tenant) -> None:
    for name in ("a", "b", "c"):
        tenant.apply(function(name), name=name)
        start(tenant, 3, name)
    claimed = [tenant.claim("CUSTOM_FUNCTION", limit=4) for _ in range(3)]
    assert [len(batch) for batch in claimed] == [4, 4, 1]
    ids = [row["step_result_id"] for batch in claimed for row in batch]
    assert len(set(ids)) == 9


def test_sessions_that_claim_at_the_same_time_never_get_the_same_step(
    tenant: Tenant, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    tenant.apply(function("a"))
    start(tenant, 10)
    sessions = [connect("worker", autocommit=False), connect("worker_two", autocommit=False)]
    claim = "select step_result_id, token from pbdb.claim_playbook_steps(%s, %s, 6)"
    handlers = ["CUSTOM_FUNCTION:a"]
    first = sessions[0].execute(claim, ("one", handlers)).fetchall()
    # The first has not committed: the second neither waits for its rows nor takes them.
    sessions[1].execute("set local lock_timeout = '1s'")
    second = sessions[1].execute(claim, ("two", handlers)).fetchall()
    for session in sessions:
        session.commit()
    assert (len(first), len(second)) == (6, 4)
    assert not {row[0] for row in first} & {row[0] for row in second}
    assert len({row[1] for row in first + second}) == 10
    assert tenant.claim() == []


def test_a_claim_that_is_rolled_back_leaves_the_step_to_others(
    tenant: Tenant, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    tenant.apply(function("a"))
    tenant.start()
    session = connect("worker_two", autocommit=False)
    claim = "select * from pbdb.claim_playbook_steps('two', array['CUSTOM_FUNCTION'], 1)"
    assert len(session.execute(claim).fetchall()) == 1
    session.rollback()
    assert [row["attempt_number"] for row in tenant.claim()] == [1]


def test_a_bare_type_means_all_handlers_of_that_type_and_no_other(tenant: Tenant) -> None:
    tenant.apply(function("a"), name="a")
    tenant.apply(function("b"), name="b")
    tenant.apply(
        {"name": "call", "type": "API_CALL", "config": {"url": "https://example.org"}}, name="call"
    )
    for name in ("a", "b", "call"):
        tenant.start(name=name)
    assert tenant.claim("CUSTOM_FUNCTION:missing") == []
    assert tenant.claim("CUSTOM") == []
    assert [row["step_name"] for row in tenant.claim("CUSTOM_FUNCTION:b")] == ["b"]
    assert [row["step_name"] for row in tenant.claim("CUSTOM_FUNCTION")] == ["a"]
    assert [row["step_name"] for row in tenant.claim("API_CALL", "CUSTOM_FUNCTION")] == ["call"]


def test_an_attempt_counts_from_its_claim(
    tenant: Tenant, owner: psycopg.Connection[Any], age: Callable[[str], None]
) -> None:
    tenant.apply(function("a", max_retries=1, retry_delay_seconds=0))
    execution = tenant.start()
    assert tenant.attempts(execution) == [("a", "PENDING", 1, 1, None)]
    tenant.claim()
    assert tenant.attempts(execution) == [("a", "RUNNING", 1, 1, None)]
    age("1 hour")
    # The runner never said a word, and the second attempt is the last one all the same.
    assert [row["attempt_number"] for row in tenant.claim()] == [2]
    age("1 hour")
    assert tenant.claim() == []
    assert tenant.status(execution) == "FAILED"


def test_a_claim_gives_everything_that_the_handler_needs(tenant: Tenant) -> None:
    tenant.apply(
        transform("make", {"n": "$input.n"}),
        function("a", input_mapping={"n": "$step_1_output.n"}, timeout_seconds=7, max_retries=2),
    )
    execution = tenant.start({"n": 3})
    (row,) = tenant.claim(lease=60)
    assert row["execution_id"] == execution
    assert row["organization_id"] == tenant.organization
    assert (row["input"], row["timeout_seconds"], row["max_attempts"]) == ({"n": 3}, 7, 3)
    assert (row["handler"], row["step_type"]) == ("CUSTOM_FUNCTION:a", "CUSTOM_FUNCTION")
    # A lease never outlives the step's own timeout by more than the runner needs to say so.
    assert (row["lease_expires_at"] - row["deadline_at"]).total_seconds() == pytest.approx(2)


def test_an_idempotency_key_stays_the_same_over_the_attempts(
    tenant: Tenant, age: Callable[[str], None]
) -> None:
    tenant.apply(function("a", retry_delay_seconds=0))
    tenant.start()
    first = tenant.claim()[0]
    tenant.fail("a")
    second = tenant.claim()[0]
    age("1 hour")
    third = tenant.claim()[0]
    assert first["idempotency_key"] == second["idempotency_key"] == third["idempotency_key"]
    assert [row["attempt_number"] for row in (first, second, third)] == [1, 2, 3]


def test_an_idle_claim_writes_nothing(
    tenant: Tenant, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    tenant.apply(function("a"))
    tenant.start()
    session = connect("worker_two", autocommit=False)
    session.execute("set transaction read only")
    rows = session.execute(
        "select * from pbdb.claim_playbook_steps('idle', array['CUSTOM_FUNCTION:other'], 5)"
    ).fetchall()
    assert rows == []
    assert session.execute("select pg_current_xact_id_if_assigned()").fetchone() == (None,)
    session.rollback()


def test_candidates_are_found_through_the_claim_index(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(function("a"))
    start(tenant, 2000)
    owner.execute("analyze pbdb.playbook_ready_steps")
    row = owner.execute(
        "explain (format json) select q.execution_id, q.result_id"
        " from pbdb.playbook_ready_steps as q"
        " where q.handler = 'CUSTOM_FUNCTION:a' and q.state = 'READY'"
        " and q.due_at <= clock_timestamp() order by q.due_at limit 10 for update skip locked"
    ).fetchone()
    assert row is not None
    plan = json.dumps(row[0])
    assert "playbook_ready_steps_claim_idx" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("", ["API_CALL"], 1, 60), "no name"),
        (("w", ["API_CALL"], -1, 60), "limit -1"),
        (("w", ["API_CALL"], None, 60), "limit null"),
        (("w", ["API_CALL"], 1, 0), "lease of 0"),
        (("w", ["API_CALL"], 1, 90000), "lease of 90000"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(
    tenant: Tenant, arguments: tuple[Any, ...], says: str
) -> None:
    with pytest.raises(psycopg.Error, match=says) as caught:
        tenant.worker.execute("select pbdb.claim_playbook_steps(%s, %s, %s, %s)", arguments)
    assert caught.value.sqlstate == "PB017"
