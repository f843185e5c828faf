"""Any calls in any order, by any tenant: no invariant is ever broken, and only pbdb's errors are raised."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from psycopg.types.json import Jsonb

from build import Tenant, function, transform, violations

WAIT = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"timeout_seconds": 60}}
EVENT = {"name": "event", "type": "WAIT_FOR_INPUT", "config": {"event": "e"}}
CALL = {"name": "c", "type": "CUSTOM_FUNCTION", "config": {"playbook": "line"}}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "line": {"steps": [function("f", max_retries=1), transform("t", "$steps.f.output")]},
    "wait": {"steps": [WAIT, function("g", is_optional=True, max_retries=0), EVENT]},
    "loop": {
        "steps": [
            function("h", max_visits=2, on_failure="back", max_retries=0),
            {
                "name": "back",
                "type": "CONDITIONAL_BRANCH",
                "config": {"branches": [{"when": "$steps.h.output != 1", "then": "h"}]},
            },
        ]
    },
    "join": {
        "steps": [
            {
                "name": "p",
                "type": "PARALLEL_EXECUTION",
                "config": {"for_each": "$input.items", "join": "any", "max_parallel": 2},
                "steps": [function("i", max_retries=0), {**WAIT, "name": "each"}],
            }
        ]
    },
    "query": {
        "steps": [
            {"name": "q", "type": "DATABASE_QUERY", "config": {"query": "select 1 as n"}},
            transform("sum", "$steps.q.output.rows[0].n + 1"),
        ]
    },
    "child": {"steps": [CALL]},
    "race": {
        "steps": [
            {
                "name": "r",
                "type": "PARALLEL_EXECUTION",
                "config": {"join": "any"},
                "branches": {"a": [function("x", max_retries=0)], "b": [CALL]},
            }
        ]
    },
}
WAITS = ["ask", "each", "each[1]", "nobody"]
PICK = st.integers(0, 9)
# How many sequences of calls to try, new ones each time; 0: the same few.
EXAMPLES = int(os.environ.get("PBDB_FUZZ_EXAMPLES", "0"))


class Calls(RuleBasedStateMachine):
    """Two tenants, one pool of runners."""

    app: psycopg.Connection[Any]
    worker: psycopg.Connection[Any]
    owner: psycopg.Connection[Any]

    @initialize()
    def begin(self) -> None:
        self.tenants = [Tenant(self.app, self.worker, uuid.uuid4()) for _ in range(2)]
        self.executions: list[uuid.UUID] = []
        self.held: list[tuple[uuid.UUID, uuid.UUID]] = []
        for tenant in self.tenants:
            for name, document in DOCUMENTS.items():
                tenant.apply(*document["steps"], name=name)

    @invariant()
    def nothing_is_broken(self) -> None:
        assert violations(self.owner) == []

    def teardown(self) -> None:
        self.owner.execute("delete from pbdb.playbook_executions")
        self.owner.execute("delete from pbdb.playbook_events")

    def call(self, which: int, query: str, *values: Any) -> Any:
        """Call as one of the tenants; refusals are fine, anything else is a bug."""
        try:
            return self.tenants[which % 2].one(f"select {query}", *values)
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("PB"):
                raise
            return None

    def execution(self, pick: int) -> uuid.UUID:
        return (
            self.executions[-1 - pick % len(self.executions)] if self.executions else uuid.uuid4()
        )

    @rule(
        which=PICK, name=st.sampled_from(sorted(DOCUMENTS)), key=st.sampled_from([None, "a", "b"])
    )
    def start(self, which: int, name: str, key: str | None) -> None:
        given = Jsonb({"items": [1, 2, 3]})
        started = self.call(which, "pbdb.start_playbook(%s, %s, %s)", name, given, key)
        if started is not None:
            self.executions.append(started)

    @rule(which=PICK, name=st.sampled_from(sorted(DOCUMENTS)))
    def run(self, which: int, name: str) -> None:
        self.call(which, "pbdb.run_playbook(%s, '{\"items\": []}')", name)

    @rule(which=PICK, name=st.sampled_from(sorted(DOCUMENTS)))
    def what_if(self, which: int, name: str) -> None:
        self.call(
            which,
            "count(*) from pbdb.what_if_playbook(%s, '{\"items\": [1, 2]}', %s)",
            name,
            Jsonb({"f": 1, "g": 1, "h": 1, "i": 1, "x": 1, "ask": 1, "each": 1, "event": 1}),
        )

    @rule(limit=st.integers(1, 4))
    def claim(self, limit: int) -> None:
        rows = self.tenants[0].claim("CUSTOM_FUNCTION", "DATABASE_QUERY", limit=limit)
        self.held += [(row["step_result_id"], row["token"]) for row in rows]

    @rule(
        picks=st.lists(PICK, min_size=1, max_size=3),
        output=st.sampled_from(["1", "2", "null", "{"]),
    )
    def complete(self, picks: list[int], output: str) -> None:
        self.report("complete_playbook_steps('w1', %s, %s, %s)", picks, [output] * len(picks))

    @rule(picks=st.lists(PICK, min_size=1, max_size=3), permanent=st.booleans())
    def fail(self, picks: list[int], permanent: bool) -> None:
        error = Jsonb({"code": "BOOM", "message": "x", "permanent": permanent})
        self.report("fail_playbook_steps('w1', %s, %s, %s)", picks, [error] * len(picks))

    @rule(picks=st.lists(PICK, min_size=1, max_size=3))
    def heartbeat(self, picks: list[int]) -> None:
        self.report("heartbeat_playbook_steps('w1', %s, %s)", picks)

    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        self.report("release_playbook_steps('w1', %s, %s)", [pick])

    @rule(picks=st.lists(PICK, min_size=1, max_size=3))
    def refuse(self, picks: list[int]) -> None:
        reason = Jsonb({"code": "NOT_CONFIGURED", "message": "x"})
        self.report("refuse_playbook_steps('w1', %s, %s, %s)", picks, [reason] * len(picks))

    def report(self, call: str, picks: list[int], *values: Any) -> None:
        held = [self.held[-1 - pick % len(self.held)] for pick in picks if self.held]
        if held:
            self.worker.execute(
                f"select * from pbdb.{call}".encode(),
                ([h[0] for h in held], [h[1] for h in held], *(v[: len(held)] for v in values)),
            )

    @rule()
    def run_sql_steps(self) -> None:
        self.worker.execute("select pbdb.run_due_sql_steps(5)")

    @rule(
        which=PICK,
        pick=PICK,
        verb=st.sampled_from(["pause", "resume", "cancel", "retry"]),
    )
    def intervene(self, which: int, pick: int, verb: str) -> None:
        self.call(which, f"pbdb.{verb}_playbook_execution(%s)", self.execution(pick))

    @rule(which=PICK, pick=PICK, step=st.sampled_from(WAITS))
    def answer(self, which: int, pick: int, step: str) -> None:
        self.call(which, "pbdb.submit_step_input(%s, %s, '1')", self.execution(pick), step)

    @rule(which=PICK, keep=st.sampled_from([0, 3600]))
    def emit(self, which: int, keep: int) -> None:
        self.call(which, "pbdb.emit_playbook_event('e', '{}', %s)", keep)

    @rule()
    def sweep(self) -> None:
        self.worker.execute("select * from pbdb.sweep()")

    @rule(state=st.sampled_from(["READY", "LEASED", "WAITING"]))
    def time_passes(self, state: str) -> None:
        self.owner.execute(
            "update pbdb.playbook_ready_steps set due_at = clock_timestamp() where state = %s",
            (state,),
        )

    @rule(pick=PICK)
    def the_deadline_comes(self, pick: int) -> None:
        self.owner.execute(
            "update pbdb.playbook_executions set deadline_at = clock_timestamp()"
            " where id = %s and completed_at is null and status = 'RUNNING'",
            (self.execution(pick),),
        )

    @rule(which=PICK, pick=PICK)
    def advance(self, which: int, pick: int) -> None:
        self.call(which, "pbdb.advance_playbook_execution(%s)", self.execution(pick))

    @rule(which=PICK, pick=PICK)
    def look(self, which: int, pick: int) -> None:
        for report in ("get_execution_result", "get_execution_timeline", "diagnose_execution"):
            self.call(which, f"count(*) from pbdb.{report}(%s)", self.execution(pick))

    @rule(which=PICK, name=st.sampled_from(sorted(DOCUMENTS)), category=st.sampled_from("xyz"))
    def change(self, which: int, name: str, category: str) -> None:
        self.call(
            which,
            "playbook_id from pbdb.apply_playbook(%s)",
            Jsonb({"name": name, **DOCUMENTS[name], "category": category}),
        )


@pytest.fixture
def machine(connect: Callable[..., psycopg.Connection[Any]]) -> type[Calls]:
    class Connected(Calls):
        app, worker, owner = connect("app"), connect("worker"), connect("owner")

    return Connected


def test_any_calls_in_any_order_keep_every_invariant(machine: type[Calls]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES or 5,
            stateful_step_count=25,
            deadline=None,
            derandomize=EXAMPLES == 0,
            suppress_health_check=list(HealthCheck),
        ),
    )
