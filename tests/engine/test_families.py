"""One call that holds several executions of one family: what one of them does to the others counts.

A family is an execution and everything that it called. When a member ends, those that it called are
cancelled; from that moment on nothing of them is accepted, queued or handed to a runner.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from build import Tenant, as_tenant, function, violations

Connection = psycopg.Connection[Any]

HANDLERS = tuple(f"CUSTOM_FUNCTION:{name}" for name in ("f", "g", "h", "end"))
PERMANENT = {"code": "BOOM", "message": "it broke", "permanent": True}
ONCE_MORE = {"code": "BOOM", "message": "it broke"}


def call(playbook: str, name: str = "call", **fields: Any) -> dict[str, Any]:
    """A step that runs another playbook."""
    return {"name": name, "type": "CUSTOM_FUNCTION", "config": {"playbook": playbook}, **fields}


def wait(event: str, name: str = "wait") -> dict[str, Any]:
    return {"name": name, "type": "WAIT_FOR_INPUT", "config": {"event": event}}


def both(one: dict[str, Any], two: dict[str, Any], join: str = "all") -> dict[str, Any]:
    """A step with two branches of one step each."""
    return {
        "name": "par",
        "type": "PARALLEL_EXECUTION",
        "config": {"join": join},
        "branches": {"one": [one], "two": [two]},
    }


class Family:
    """What a test says and asks about executions that call each other."""

    def __init__(self, tenant: Tenant, owner: Connection) -> None:
        self.tenant, self.owner = tenant, owner

    def apply(self, callee: str, one: dict[str, Any], join: str = "all") -> None:
        """Make `child` (g, then h), `middle` (calls it) and `test`: branch one beside a call."""
        self.tenant.apply(
            function("g", max_retries=3, retry_delay_seconds=0),
            function("h", retry_delay_seconds=0),
            name="child",
        )
        self.tenant.apply(call("child"), name="middle")
        self.tenant.apply(both(one, call(callee), join))

    def report(
        self, verb: str, *reports: tuple[str, Any], handlers: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """Report several steps in one call, each as it was claimed last; the outcome of each."""
        names = {self.tenant.held[name][0]: name for name, _ in reports}
        values = [
            value if isinstance(value, str) else Jsonb(value) if verb == "fail" else "1"
            for _, value in reports
        ]
        ids = [self.tenant.held[name][0] for name, _ in reports]
        tokens = [self.tenant.held[name][1] for name, _ in reports]
        if handlers:
            with self.tenant.worker.cursor(row_factory=dict_row) as cur:
                rows = cur.execute(
                    "select * from pbdb.complete_and_claim_playbook_steps"
                    "('w1', %s, %s, %s::text[], null, %s, 10, 60)",
                    (ids, tokens, values, list(handlers)),
                ).fetchall()
            for row in rows:
                if row["outcome"] is None:
                    self.tenant.held[row["step_name"]] = (row["step_result_id"], row["token"])
                    names[row["step_result_id"]] = row["step_name"]
                    row["outcome"] = "claimed"
            return {names[row["step_result_id"]]: row["outcome"] for row in rows}
        kind = "jsonb[]" if verb == "fail" else "text[]"
        return {
            names[row[0]]: row[1]
            for row in self.tenant.worker.execute(
                "select step_result_id, outcome"
                f" from pbdb.{verb}_playbook_steps('w1', %s, %s, %s::{kind})",
                (ids, tokens, values),
            )
        }

    def statuses(self) -> dict[str, set[str]]:
        """The statuses of the executions of each playbook."""
        rows = self.owner.execute(
            "select p.name, array_agg(distinct e.status::text) from pbdb.playbook_executions as e"
            " inner join pbdb.playbooks as p on p.id = e.playbook_id group by p.name"
        )
        return {name: set(statuses) for name, statuses in rows}

    def queued(self) -> list[str]:
        """What is left in the queue, of whatever execution."""
        return [row[0] for row in self.owner.execute("select state from pbdb.playbook_ready_steps")]

    def began_late(self) -> list[Any]:
        """Attempts that began after their execution had ended."""
        return self.owner.execute(
            "select s.step_name, r.started_at, e.completed_at, e.status"
            " from pbdb.playbook_step_results as r"
            " inner join pbdb.playbook_executions as e on e.id = r.execution_id"
            " inner join pbdb.playbook_steps as s on s.id = r.step_id"
            " where r.started_at > e.completed_at or r.completed_at < r.started_at"
        ).fetchall()


@pytest.fixture
def family(tenant: Tenant, owner: Connection) -> Iterator[Family]:
    each = Family(tenant, owner)
    yield each
    assert each.began_late() == []


@pytest.fixture
def overdue(owner: Connection) -> Callable[[str], None]:
    """As if every lease, wait and place in the queue had been there an hour longer."""

    def grow_old(interval: str = "1 hour") -> None:
        owner.execute(
            "update pbdb.playbook_ready_steps set due_at = due_at - %s::interval,"
            " deadline_at = deadline_at - %s::interval",
            (interval, interval),
        )

    return grow_old


CALLEES = pytest.mark.parametrize("callee", ["child", "middle"])
ORDERS = pytest.mark.parametrize("order", [1, -1], ids=["parent first", "child first"])


@CALLEES
@ORDERS
def test_a_report_of_a_child_that_the_same_call_has_cancelled_is_stale(
    family: Family, callee: str, order: int
) -> None:
    family.apply(callee, function("f"))
    family.tenant.start()
    family.tenant.claim()

    outcomes = family.report("fail", *[("f", PERMANENT), ("g", ONCE_MORE)][::order])

    assert outcomes == {"f": "accepted", "g": "stale"}
    assert family.statuses() == {
        "test": {"FAILED"},
        "child": {"CANCELLED"},
    } | ({"middle": {"CANCELLED"}} if callee == "middle" else {})
    assert family.queued() == []


@CALLEES
@ORDERS
def test_a_branch_that_wins_a_join_cancels_the_child_whose_report_comes_with_it(
    family: Family, callee: str, order: int
) -> None:
    family.apply(callee, function("f"), join="any")
    family.tenant.start()
    family.tenant.claim()

    outcomes = family.report("complete", *[("f", 1), ("g", 1)][::order])

    assert outcomes == {"f": "accepted", "g": "stale"}
    assert (family.statuses()["test"], family.statuses()["child"]) == ({"COMPLETED"}, {"CANCELLED"})
    assert family.queued() == []


def test_every_child_that_a_report_cancelled_is_closed_for_the_reports_after_it(
    family: Family,
) -> None:
    for name in ("k", "l", "m"):
        family.tenant.apply(
            function(name, max_retries=3, retry_delay_seconds=0), name=f"child {name}"
        )
    family.tenant.apply(
        {
            "name": "par",
            "type": "PARALLEL_EXECUTION",
            "branches": {
                "f": [function("f")],
                **{name: [call(f"child {name}", f"call {name}")] for name in ("k", "l", "m")},
            },
        }
    )
    family.tenant.start()
    family.tenant.claim()

    outcomes = family.report("fail", ("f", PERMANENT), *[(name, ONCE_MORE) for name in "klm"])

    assert outcomes == {"f": "accepted", "k": "stale", "l": "stale", "m": "stale"}
    assert family.queued() == []


@CALLEES
def test_an_invalid_output_that_ends_a_parent_makes_its_childs_report_stale(
    family: Family, callee: str
) -> None:
    family.apply(callee, function("f", max_retries=0))
    family.tenant.start()
    family.tenant.claim()

    assert family.report("complete", ("f", "{"), ("g", "1")) == {"f": "failed", "g": "stale"}
    assert family.statuses()["child"] == {"CANCELLED"}


@CALLEES
def test_nothing_of_a_cancelled_child_is_claimed_in_the_call_that_cancelled_it(
    family: Family, callee: str
) -> None:
    family.apply(callee, function("f"), join="any")
    family.tenant.start()
    family.tenant.claim()

    outcomes = family.report("complete", ("g", 1), ("f", 1), handlers=HANDLERS)

    assert outcomes == {"f": "accepted", "g": "stale"}
    assert family.tenant.claim() == []


def test_a_step_that_the_end_of_a_sibling_closes_is_not_handed_out(family: Family) -> None:
    # The last step of the first child ends it, its parent, and with that the second child.
    family.tenant.apply(function("a"), name="short")
    family.tenant.apply(function("g"), function("h"), name="child")
    family.tenant.apply(both(call("short", "first"), call("child", "second"), "any"))
    family.tenant.start()
    family.tenant.claim()

    outcomes = family.report("complete", ("a", 1), ("g", 1), handlers=HANDLERS)

    assert "h" not in outcomes
    assert family.statuses() == {
        "test": {"COMPLETED"}, "short": {"COMPLETED"}, "child": {"CANCELLED"}
    }  # fmt: skip
    assert family.queued() == []


def test_a_report_after_the_family_ended_is_stale_whatever_other_families_stand_between(
    family: Family,
) -> None:
    family.apply("middle", function("f"))
    family.tenant.apply(function("other", retry_delay_seconds=0), name="alone")
    held = []
    for _ in range(3):
        family.tenant.start()
        family.tenant.start(name="alone")
        family.tenant.claim()
        held.append(dict(family.tenant.held))
    reports = {}
    for number, each in enumerate(held):
        for name, claim in each.items():
            family.tenant.held[f"{name}{number}"] = claim
            reports[f"{name}{number}"] = PERMANENT if name == "f" else ONCE_MORE

    outcomes = family.report("fail", *random.Random(0).sample(list(reports.items()), len(reports)))

    assert {name: outcome for name, outcome in outcomes.items() if outcome != "accepted"} == {
        f"g{number}": "stale" for number in range(3)
    }
    assert family.statuses()["alone"] == {"RUNNING"}
    assert len(family.queued()) == 3


def test_a_step_that_another_report_of_the_call_closes_in_the_same_execution_is_stale(
    family: Family,
) -> None:
    family.tenant.apply(both(function("a"), function("b", max_retries=3)))
    family.tenant.start()
    family.tenant.claim()

    assert family.report("fail", ("a", PERMANENT), ("b", ONCE_MORE)) == {
        "a": "accepted", "b": "stale"
    }  # fmt: skip
    assert family.queued() == []


def test_a_childs_last_report_completes_the_parent_that_another_report_moved_on(
    family: Family,
) -> None:
    family.tenant.apply(function("g"), name="child")
    family.tenant.apply(both(function("f"), call("child")), function("end"))
    family.tenant.start()
    family.tenant.claim()

    outcomes = family.report("complete", ("f", 1), ("g", 1), handlers=HANDLERS)

    assert outcomes == {"f": "accepted", "g": "accepted", "end": "claimed"}
    assert family.report("complete", ("end", 1)) == {"end": "accepted"}
    assert family.statuses() == {"test": {"COMPLETED"}, "child": {"COMPLETED"}}


@CALLEES
def test_an_event_that_ends_a_parent_is_not_delivered_to_its_child(
    family: Family, callee: str
) -> None:
    family.tenant.apply(wait("go", "inner"), function("after"), name="child")
    family.tenant.apply(call("child"), name="middle")
    family.tenant.apply(both(wait("go"), call(callee), "any"))
    family.tenant.start()

    assert family.tenant.one("select pbdb.emit_playbook_event('go')") == 1
    assert family.statuses()["test"] == {"COMPLETED"}
    assert family.statuses()["child"] == {"CANCELLED"}
    assert family.queued() == []


@CALLEES
def test_a_sweep_that_ends_a_parent_queues_nothing_of_its_child(
    family: Family, callee: str, overdue: Callable[[], None]
) -> None:
    family.apply(callee, function("f", max_retries=0))
    family.tenant.start()
    family.tenant.claim()
    overdue()

    family.tenant.worker.execute("select pbdb.sweep()")
    family.tenant.worker.execute("select pbdb.sweep()")

    assert family.statuses()["test"] == {"FAILED"}
    assert family.statuses()["child"] == {"CANCELLED"}
    assert family.queued() == []


@CALLEES
def test_a_sweep_that_finds_every_member_past_its_deadline_ends_each_once(
    family: Family, callee: str, overdue: Callable[[], None]
) -> None:
    family.apply(callee, function("f"))
    family.tenant.start()
    family.tenant.claim()
    family.owner.execute(
        "update pbdb.playbook_executions set deadline_at = deadline_at - interval '1 day'"
    )
    overdue()

    for _ in range(3):
        family.tenant.worker.execute("select pbdb.sweep()")

    assert family.statuses()["test"] == {"TIMEOUT"}
    assert family.statuses()["child"] <= {"CANCELLED", "TIMEOUT"}
    assert family.queued() == []


@CALLEES
def test_a_call_that_times_out_cancels_what_it_called(
    family: Family, callee: str, overdue: Callable[[str], None]
) -> None:
    family.tenant.apply(function("g"), name="child", timeout_seconds=100_000)
    family.tenant.apply(call("child"), name="middle", timeout_seconds=100_000)
    family.tenant.apply(call(callee, timeout_seconds=60, max_retries=0), function("end"))
    family.tenant.start()
    family.tenant.claim(lease=36000)
    overdue("61 seconds")

    family.tenant.worker.execute("select pbdb.sweep()")

    assert family.statuses()["test"] == {"FAILED"}
    assert family.statuses()["child"] == {"CANCELLED"}
    assert family.tenant.complete("g", 1) == "stale"
    assert family.queued() == []


@CALLEES
@pytest.mark.parametrize("retried_from", [None, "par"])
def test_a_cancelled_family_can_be_retried_and_only_its_new_members_run(
    family: Family, callee: str, retried_from: str | None
) -> None:
    family.apply(callee, function("f"))
    execution = family.tenant.start()
    family.tenant.claim()
    before = dict(family.tenant.held)
    family.tenant.one("select pbdb.cancel_playbook_execution(%s)", execution)
    assert family.queued() == []

    family.tenant.one("select pbdb.retry_playbook_execution(%s, %s)", execution, retried_from)
    family.tenant.claim()
    after = dict(family.tenant.held)
    for name in ("f", "g"):
        family.tenant.held[f"old {name}"] = before[name]
    outcomes = family.report(
        "fail", ("old g", ONCE_MORE), ("old f", PERMANENT), ("f", PERMANENT), ("g", ONCE_MORE)
    )

    assert before["g"] != after["g"]
    assert outcomes == {"old g": "stale", "old f": "stale", "f": "accepted", "g": "stale"}
    assert family.statuses()["child"] == {"CANCELLED"}
    assert family.queued() == []


def test_cancelling_a_child_goes_on_in_its_parent_and_cancels_nothing_else(family: Family) -> None:
    family.tenant.apply(function("g"), name="child")
    family.tenant.apply(call("child", on_failure="mend"), function("mend", is_final=True))
    execution = family.tenant.start()
    family.tenant.claim()
    child = family.owner.execute(
        "select id from pbdb.playbook_executions where root_execution_id = %s", (execution,)
    ).fetchone()
    assert child is not None

    family.tenant.one("select pbdb.cancel_playbook_execution(%s)", child[0])

    assert family.statuses() == {"test": {"RUNNING"}, "child": {"CANCELLED"}}
    assert [step["step_name"] for step in family.tenant.claim()] == ["mend"]
    assert family.tenant.complete("mend", 1) == "accepted"


def test_a_child_that_is_retried_before_its_parent_looked_is_waited_for_again(
    family: Family,
) -> None:
    family.tenant.apply(function("g"), name="child")
    family.tenant.apply(call("child"), function("end"))
    family.tenant.start()
    family.tenant.claim()
    child = family.owner.execute(
        "update pbdb.playbook_executions set deadline_at = now() where depth = 1 returning id"
    ).fetchone()
    assert child is not None
    family.tenant.worker.execute("select pbdb.sweep(1)")
    assert family.statuses() == {"test": {"RUNNING"}, "child": {"TIMEOUT"}}

    family.tenant.one("select pbdb.retry_playbook_execution(%s)", child[0])
    family.tenant.claim()
    assert family.tenant.complete("g", 1) == "accepted"

    assert [step["step_name"] for step in family.tenant.claim()] == ["end"]
    assert family.tenant.complete("end", 1) == "accepted"
    assert family.statuses() == {"test": {"COMPLETED"}, "child": {"COMPLETED"}}


def test_a_call_that_a_branch_decided_before_it_began_leaves_nothing_behind(
    family: Family,
) -> None:
    # Branch two is entered last; the join is decided in the same breath.
    family.tenant.apply(function("g"), name="child")
    step = {"name": "t", "type": "DATA_TRANSFORM", "config": {"output": {"a": 1}}}
    family.tenant.apply(both(call("child"), step, "any"))
    execution = family.tenant.start()

    assert family.tenant.status(execution) == "COMPLETED"
    assert family.statuses().get("child", {"CANCELLED"}) == {"CANCELLED"}
    assert family.queued() == []


def test_a_playbook_runs_to_its_end_in_one_call_though_a_branch_cancels_its_child(
    family: Family,
) -> None:
    family.tenant.apply(
        {"name": "q", "type": "DATABASE_QUERY", "config": {"query": "select 1"}},
        {"name": "r", "type": "DATABASE_QUERY", "config": {"query": "select 2"}},
        name="child",
    )
    family.tenant.apply(
        both(
            {"name": "one", "type": "DATABASE_QUERY", "config": {"query": "select 1 as n"}},
            call("child"),
            "any",
        )
    )

    output = family.tenant.run()

    assert (output["one"]["rows"], output["two"]) == ([{"n": 1}], None)
    assert family.statuses() == {"test": {"COMPLETED"}, "child": {"CANCELLED"}}
    assert family.queued() == []


@pytest.mark.parametrize("seed", range(6))
def test_whatever_batches_come_no_attempt_begins_after_its_execution_ended(
    family: Family, connect: Callable[..., Connection], seed: int
) -> None:
    rng = random.Random(seed)
    beside = function("f", max_retries=1, retry_delay_seconds=0)
    family.apply("middle", beside, "any")
    family.tenant.apply(both(beside, call("child")), name="strict")
    family.tenant.apply(
        {
            "name": "each",
            "type": "PARALLEL_EXECUTION",
            "config": {"for_each": [1, 2, 3], "join": "any"},
            "steps": [call("child", "inner")],
        },
        name="wide",
    )
    names = ["test", "strict", "strict", "wide"]
    executions = [family.tenant.start(name=rng.choice(names)) for _ in range(20)]
    held: dict[uuid.UUID, uuid.UUID] = {}
    with family.tenant.worker.cursor(row_factory=dict_row) as cur:
        for _ in range(400):
            for row in cur.execute(
                "select * from pbdb.claim_playbook_steps('w1', '{CUSTOM_FUNCTION}', %s, 60)",
                (rng.randint(1, 30),),
            ).fetchall():
                held[row["step_result_id"]] = row["token"]
            if not held:
                break
            ids = rng.sample(list(held), rng.randint(1, len(held)))
            tokens = [held.pop(each) for each in ids]
            if rng.random() < 0.6:
                errors = [Jsonb(rng.choice([PERMANENT, ONCE_MORE])) for _ in ids]
                cur.execute("select * from pbdb.fail_playbook_steps('w1', %s, %s, %s::jsonb[])",
                            (ids, tokens, errors))  # fmt: skip
            else:
                rows = cur.execute(
                    "select * from pbdb.complete_and_claim_playbook_steps"
                    "('w1', %s, %s, %s::text[], null, %s, %s, 60)",
                    (ids, tokens, [json.dumps(1)] * len(ids), list(HANDLERS), rng.randint(0, 20)),
                ).fetchall()
                held |= {r["step_result_id"]: r["token"] for r in rows if r["outcome"] is None}
            assert violations(family.owner) == []
            assert family.began_late() == []

    assert {family.tenant.status(each) for each in executions} <= {"COMPLETED", "FAILED"}
    assert family.queued() == []
    with as_tenant(family.tenant.app, family.tenant.organization) as conn:
        open_ones = conn.execute(
            "select count(*) from pbdb.playbook_executions where completed_at is null"
        ).fetchone()
    assert open_ones == (0,)
