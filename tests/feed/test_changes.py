"""get_execution_changes: whoever keeps only the cursor has, after each look, the whole picture."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from build import Tenant, function, transform, violations

Connection = psycopg.Connection[Any]
Picture = dict[uuid.UUID, dict[str, Any]]


@pytest.fixture
def tenant(
    app: Connection, worker: Connection, owner: Connection, organization: uuid.UUID
) -> Iterator[Tenant]:
    yield Tenant(app, worker, organization)
    assert violations(owner) == []


def look(
    tenant: Tenant, executions: list[uuid.UUID], cursor: str | None = None
) -> tuple[str, bool, dict[uuid.UUID, Any]]:
    """Return the next cursor, whether it is a snapshot, and the changes by execution."""
    found = tenant.rows("select * from pbdb.get_execution_changes(%s, %s)", executions, cursor)
    assert len({row[1:3] for row in found}) == 1
    return found[0][1], found[0][2], {row[0]: row[3] for row in found if row[0] is not None}


def settled(
    tenant: Tenant, executions: list[uuid.UUID], cursor: str | None = None
) -> tuple[str, bool, dict[uuid.UUID, Any]]:
    """Look when no transaction is open any more that was when we came: tests beside us have some.

    While there is one, what is newer than it comes again with each look.
    """
    now = tenant.one("select pg_current_xact_id()::text::bigint")
    end = time.monotonic() + 60
    while tenant.one("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint") <= now:
        assert time.monotonic() < end
        time.sleep(0.02)
    return look(tenant, executions, cursor)


def names(change: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["step_name"], step["status"]) for step in change["steps"]]


def test_the_first_look_gives_everything_and_the_next_nothing(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1), function("f"))
    execution = tenant.start()

    cursor, is_snapshot, changes = settled(tenant, [execution])
    again, is_snapshot_again, nothing = look(tenant, [execution], cursor)

    assert is_snapshot is True
    change = changes[execution]
    assert names(change) == [("a", "COMPLETED"), ("f", "PENDING")]
    assert change["rows"] == 2
    assert change["counts"] == []
    shown = change["execution"]
    assert (shown["execution_id"], shown["status"]) == (str(execution), "RUNNING")
    assert (shown["completed_steps"], shown["progress_percentage"]) == (1, 50)
    assert (is_snapshot_again, nothing) == (False, {})
    assert again


def test_a_change_is_the_rows_that_changed(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1), function("f"), transform("b", 1))
    execution = tenant.start()
    cursor, _, _ = settled(tenant, [execution])

    tenant.claim()
    cursor, _, claimed = settled(tenant, [execution], cursor)
    tenant.complete("f", 1)
    cursor, _, ended = settled(tenant, [execution], cursor)

    assert names(claimed[execution]) == [("f", "RUNNING")]
    assert claimed[execution]["steps"][0]["worker"] == "w1"
    assert names(ended[execution]) == [("f", "COMPLETED"), ("b", "COMPLETED")]
    assert ended[execution]["execution"]["status"] == "COMPLETED"
    assert look(tenant, [execution], cursor)[2] == {}


def test_no_payload_is_in_a_change(tenant: Tenant) -> None:
    secret = "nobody should read this here"
    tenant.apply(
        transform("a", secret), function("f", config={"function": "f", "parameters": {"x": secret}})
    )
    execution = tenant.one(
        "select pbdb.start_playbook('test', %s, null, null, 'api', null, %s)",
        Jsonb({"x": secret}), Jsonb({"x": secret}),
    )  # fmt: skip

    _, _, changes = look(tenant, [execution])

    assert secret not in str(changes)


def test_executions_that_did_not_change_are_left_out(tenant: Tenant) -> None:
    tenant.apply(function("f"))
    one, two = tenant.start(), tenant.start()
    cursor, _, both = settled(tenant, [one, two])

    tenant.one("select pbdb.cancel_playbook_execution(%s)", two)
    _, _, changes = look(tenant, [one, two], cursor)

    assert set(both) == {one, two}
    assert set(changes) == {two}
    assert changes[two]["execution"]["status"] == "CANCELLED"


@pytest.mark.parametrize(
    "cursor", ["", "x", "1.2", "1.2.3", "'; --", "ffffffffffffffff.5", "1." + "9" * 40, "\u00e9.1"]
)
def test_a_cursor_that_is_none_gives_everything(tenant: Tenant, cursor: str) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()

    _, is_snapshot, changes = look(tenant, [execution], cursor)

    assert is_snapshot is True
    assert set(changes) == {execution}


def test_a_cursor_of_another_server_of_the_future_or_of_long_ago_gives_everything(
    tenant: Tenant,
) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    cursor, _, _ = look(tenant, [execution])
    server, base = cursor.split(".")

    assert look(tenant, [execution], cursor)[1] is False
    for other in (
        f"{int(server, 16) + 1:x}.{base}",
        f"{server}.{int(base) + 1_000}",
        f"{server}.{10**17}",
        f"{server}.{10**19}",
    ):
        assert look(tenant, [execution], other)[1] is True
    # The cluster is too young for two billion transactions.
    row = tenant.one("select %s::numeric - 2000000001 < 0", base)
    assert row is True


def test_what_was_uncommitted_at_one_look_is_told_at_the_next(
    tenant: Tenant, connect: Callable[..., Connection]
) -> None:
    """Its number is lower than that of many that were seen; in a savepoint it is higher."""
    tenant.apply(function("f"), function("g"))
    execution, other = tenant.start(), tenant.start()
    slow = connect("app_two")
    with slow.transaction():
        slow.execute("select pbdb.set_organization(%s)", (tenant.organization,))
        with slow.transaction():
            slow.execute("select pbdb.pause_playbook_execution(%s)", (execution,))
        tenant.one("select pbdb.pause_playbook_execution(%s)", other)
        cursor, _, before = look(tenant, [execution, other])
        tenant.one("select pbdb.resume_playbook_execution(%s)", other)
        cursor, _, during = look(tenant, [execution, other], cursor)
    _, _, after = look(tenant, [execution, other], cursor)

    assert before[execution]["execution"]["status"] == "RUNNING"
    assert during[other]["execution"]["status"] == "RUNNING"
    assert after[execution]["execution"]["status"] == "PAUSED"


def test_what_was_rolled_back_is_not_told(
    tenant: Tenant, connect: Callable[..., Connection]
) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    cursor, _, _ = settled(tenant, [execution])
    undone = connect("app_two")
    with undone.transaction(force_rollback=True):
        undone.execute("select pbdb.set_organization(%s)", (tenant.organization,))
        undone.execute("select pbdb.pause_playbook_execution(%s)", (execution,))

    assert look(tenant, [execution], cursor)[2] == {}


def test_a_fan_out_is_counted_and_not_listed(tenant: Tenant) -> None:
    tenant.apply(
        transform("first", 1),
        {
            "name": "all",
            "type": "PARALLEL_EXECUTION",
            "config": {"for_each": "$input.items", "max_parallel": 1000},
            "steps": [function("f", input_mapping={"i": "$item"})],
        },
    )
    execution = tenant.start({"items": list(range(300))})
    cursor, _, snapshot = settled(tenant, [execution])
    (held,) = tenant.claim(limit=1)
    tenant.held["f"] = (held["step_result_id"], held["token"])
    tenant.complete("f", 1)
    _, _, changes = look(tenant, [execution], cursor)

    assert names(snapshot[execution]) == [("first", "COMPLETED"), ("all", "RUNNING")]
    assert snapshot[execution]["rows"] == 302
    assert len(str(snapshot)) < 4000
    counts = {each["step_name"]: each for each in changes[execution]["counts"]}
    assert changes[execution]["steps"] == []
    assert (counts["f"]["completed_count"], counts["f"]["pending_count"]) == (1, 299)
    assert (counts["all"]["branch_total"], counts["all"]["branch_completed_count"]) == (300, 1)


def test_a_small_fan_out_is_listed_with_its_counts(tenant: Tenant) -> None:
    tenant.apply(
        {
            "name": "all",
            "type": "PARALLEL_EXECUTION",
            "config": {"for_each": "$input.items"},
            "steps": [function("f", input_mapping={"i": "$item"})],
        },
    )
    execution = tenant.start({"items": [1, 2]})

    _, _, changes = look(tenant, [execution])

    found = [(step["step_name"], step["branch"], step["item_index"])
             for step in changes[execution]["steps"]]  # fmt: skip
    assert found == [("all", None, None), ("f", "item", 0), ("f", "item", 1)]
    assert [each["step_name"] for each in changes[execution]["counts"]] == ["all", "f"]


def test_a_foreign_execution_is_told_to_nobody(
    tenant: Tenant, app: Connection, worker: Connection
) -> None:
    other = Tenant(app, worker, uuid.uuid4())
    other.apply(function("f"))
    theirs = other.start()

    assert look(tenant, [theirs])[2] == look(tenant, [uuid.uuid4()])[2] == {}
    assert set(look(other, [theirs])[2]) == {theirs}
    assert look(tenant, [])[2] == {}


def test_more_than_a_thousand_executions_are_refused(tenant: Tenant) -> None:
    ids = [uuid.uuid4() for _ in range(1001)]
    look(tenant, ids[:1000])
    with pytest.raises(psycopg.Error) as refused:
        look(tenant, ids)
    assert refused.value.sqlstate == "PB017"


def test_a_look_writes_nothing(tenant: Tenant) -> None:
    tenant.apply(function("f"))
    execution = tenant.start()
    with tenant.app.transaction():
        tenant.app.execute("set transaction read only")
        tenant.app.execute("select pbdb.set_organization(%s)", (tenant.organization,))
        tenant.app.execute("select * from pbdb.get_execution_changes(%s)", ([execution],))
        row = tenant.app.execute("select pg_current_xact_id_if_assigned()").fetchone()
    assert row == (None,)


@pytest.mark.parametrize(
    ("xid", "than", "is_not_older"),
    [
        (100, 100, True),
        (101, 100, True),
        (99, 100, False),
        (3, 4_294_967_290, True),
        (4_294_967_290, 3, False),
        (2_147_483_747, 100, True),
        (2_147_483_748, 100, False),
    ],
)
def test_transactions_are_compared_as_their_numbers_wrap(
    owner: Connection, xid: int, than: int, is_not_older: bool
) -> None:
    row = owner.execute(
        "select pbdb._is_not_older(%s::text::xid, %s), pbdb._is_not_older(%s::text::xid, %s)",
        (xid, than, xid, than + (5 << 32)),
    ).fetchone()
    assert row == (is_not_older, is_not_older)


def merge(picture: Picture, changes: dict[uuid.UUID, Any]) -> None:
    """What a watcher does with changes: the newest state of each attempt."""
    for execution, change in changes.items():
        known = picture.setdefault(execution, {"steps": {}})
        known["status"] = change["execution"]["status"]
        for step in change["steps"]:
            known["steps"][step["step_result_id"]] = (step["status"], step["attempt_number"])


def picture_of(conn: Connection, executions: list[uuid.UUID]) -> Picture:
    found: Picture = {}
    with conn.cursor(row_factory=dict_row) as cursor:
        for execution in executions:
            (row,) = cursor.execute(
                "select status::text from pbdb.get_execution(%s)", (execution,)
            ).fetchall()
            steps = cursor.execute(
                "select step_result_id, status::text, attempt_number"
                " from pbdb.get_execution_timeline(%s)",
                (execution,),
            ).fetchall()
            found[execution] = {
                "status": row["status"],
                "steps": {
                    str(step["step_result_id"]): (step["status"], step["attempt_number"])
                    for step in steps
                },
            }
    return found


def test_no_picture_is_ever_wrong_while_sessions_write_in_long_transactions_with_savepoints(
    tenant: Tenant, connect: Callable[..., Connection], owner: Connection
) -> None:
    """A watcher that keeps only cursor and picture, against the rows of the same snapshot."""
    tenant.apply(function("f", max_retries=3, retry_delay_seconds=0), function("g"))
    executions = [tenant.start() for _ in range(6)]
    stop = threading.Event()

    def work(name: str, conn: Connection, seed: int) -> None:
        dice = random.Random(seed)
        while not stop.is_set():
            with conn.transaction(force_rollback=dice.random() < 0.2):
                for _ in range(dice.randint(1, 3)):
                    with conn.transaction(force_rollback=dice.random() < 0.3):
                        one_step(conn, name, dice)
                    stop.wait(dice.random() / 100)

    watcher = connect("app")
    watcher.execute("set default_transaction_isolation = 'repeatable read'")
    picture: Picture = {}
    cursor = None
    with ThreadPoolExecutor() as pool:
        workers = [
            pool.submit(work, f"w{n}", connect(login), n)
            for n, login in enumerate(("worker", "worker_two"))
        ]
        try:
            for _ in range(150):
                with watcher.transaction():
                    watcher.execute("select pbdb.set_organization(%s)", (tenant.organization,))
                    found = watcher.execute(
                        "select * from pbdb.get_execution_changes(%s, %s)", (executions, cursor)
                    ).fetchall()
                    truth = picture_of(watcher, executions)
                cursor = found[0][1]
                merge(picture, {row[0]: row[3] for row in found if row[0] is not None})
                assert picture == truth
        finally:
            stop.set()
        for each in workers:
            each.result()


def one_step(conn: Connection, name: str, dice: random.Random) -> None:
    """Claim a step and report it, one way or the other; or leave it leased."""
    held = conn.execute(
        "select step_result_id, token from pbdb.claim_playbook_steps(%s, %s, 1, 1)",
        (name, ["CUSTOM_FUNCTION"]),
    ).fetchall()
    for result_id, token in held:
        roll = dice.random()
        if roll < 0.4:
            conn.execute(
                "select * from pbdb.complete_playbook_steps(%s, %s, %s, %s)",
                (name, [result_id], [token], ["1"]),
            )
        elif roll < 0.9:
            conn.execute(
                "select * from pbdb.fail_playbook_steps(%s, %s, %s, %s::jsonb[])",
                (name, [result_id], [token], [Jsonb({"code": "BOOM", "message": "no"})]),
            )
