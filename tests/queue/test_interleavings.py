"""Two and three sessions in every order of their statements end as if one had come after the other.

What each session was answered and what the rows look like afterwards must be what some serial order
gives; a call that skips locked rows may also do nothing. No order deadlocks, and fsck is content.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, function, transform, violations
from orders import Busy, Call, Session, orders, run_in_order, serial_orders

Connection = psycopg.Connection[Any]
Held = dict[str, tuple[uuid.UUID, uuid.UUID]]


@dataclass(frozen=True, slots=True)
class State:
    """What the sessions of one run work on."""

    tenant: Tenant
    owner: Connection
    executions: dict[str, uuid.UUID]
    held: Held


@dataclass(frozen=True, slots=True)
class Scenario:
    """A state to begin with, and the calls of each session; `idle` is what skipping looks like."""

    prepare: Callable[[State], None]
    sessions: tuple[Sequence[Callable[[State], Call]], ...]
    idle: dict[int, Any]


def scenario(
    prepare: Callable[[State], None],
    *sessions: Callable[[State], Call] | Sequence[Callable[[State], Call]],
    idle: dict[int, Any] | None = None,
) -> Scenario:
    return Scenario(
        prepare,
        tuple((each,) if callable(each) else tuple(each) for each in sessions),
        idle or {},
    )


# -- calls ---------------------------------------------------------------------------------------


def ask(query: str, *values: Callable[[State], Any]) -> Callable[[State], Call]:
    """One SQL call in the tenant; its answer is the first column of all rows."""

    def bind(state: State) -> Call:
        def call(conn: Connection) -> Any:
            conn.execute("select pbdb.set_organization(%s)", (state.tenant.organization,))
            rows = conn.execute(query.encode(), [value(state) for value in values]).fetchall()
            return [row[0] for row in rows]

        return call

    return bind


def report(query: str, *values: Callable[[State], Any]) -> Callable[[State], Call]:
    """A call that is told to come again when somebody holds its execution."""
    asked = ask(query, *values)

    def bind(state: State) -> Call:
        call = asked(state)

        def come(conn: Connection) -> Any:
            answers = call(conn)
            if "busy" in answers:
                raise Busy
            return answers

        return come

    return bind


def of(name: str) -> Callable[[State], uuid.UUID]:
    return lambda state: state.executions[name]


def ids(*steps: str) -> Callable[[State], list[uuid.UUID]]:
    return lambda state: [state.held[step][0] for step in steps]


def tokens(*steps: str) -> Callable[[State], list[uuid.UUID]]:
    return lambda state: [state.held[step][1] for step in steps]


def complete(*steps: str, output: str = "1") -> Callable[[State], Call]:
    return report(
        "select outcome from pbdb.complete_playbook_steps('w', %s, %s, %s)",
        ids(*steps),
        tokens(*steps),
        lambda _: [output] * len(steps),
    )


def complete_and_claim(step: str) -> Callable[[State], Call]:
    return report(
        "select coalesce(outcome, step_name) from pbdb.complete_and_claim_playbook_steps("
        "'w', %s, %s, array['1'], null, array['CUSTOM_FUNCTION'], 1, 60)",
        ids(step),
        tokens(step),
    )


def fail(step: str) -> Callable[[State], Call]:
    return report(
        "select outcome from pbdb.fail_playbook_steps('w', %s, %s, array['{}'::jsonb])",
        ids(step),
        tokens(step),
    )


def release(step: str) -> Callable[[State], Call]:
    return report(
        "select outcome from pbdb.release_playbook_steps('w', %s, %s)", ids(step), tokens(step)
    )


def heartbeat(step: str) -> Callable[[State], Call]:
    return ask(
        "select outcome from pbdb.heartbeat_playbook_steps('w', %s, %s)", ids(step), tokens(step)
    )


def cancel(name: str) -> Callable[[State], Call]:
    return ask("select pbdb.cancel_playbook_execution(%s)", of(name))


def pause(name: str) -> Callable[[State], Call]:
    return ask("select pbdb.pause_playbook_execution(%s)", of(name))


def resume(name: str) -> Callable[[State], Call]:
    return ask("select pbdb.resume_playbook_execution(%s)", of(name))


def retry(name: str) -> Callable[[State], Call]:
    return ask("select pbdb.retry_playbook_execution(%s)", of(name))


def answer(name: str, value: int) -> Callable[[State], Call]:
    return ask("select pbdb.submit_step_input(%s, 'ask', %s)", of(name), lambda _: Jsonb(value))


def start(key: str, name: str = "test", input: int = 1) -> Callable[[State], Call]:
    return ask(
        "select pbdb.start_playbook(%s, %s, %s)",
        lambda _: name,
        lambda _: Jsonb({"n": input}),
        lambda state: f"{key} {state.executions['test']}",
    )


SWEEP = ask("select what from pbdb.sweep()")
CLAIM = ask("select step_name from pbdb.claim_playbook_steps('w2', array['CUSTOM_FUNCTION'], 9)")
RUN_SQL = ask("select pbdb.run_due_sql_steps()")
EMIT = ask("select pbdb.emit_playbook_event('go')")

# -- states to begin with --------------------------------------------------------------------------

ASK = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?", "timeout_seconds": 60}}
GO = {"name": "wait", "type": "WAIT_FOR_INPUT", "config": {"event": "go"}}
CHILD = {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "child"}}


def step(name: str) -> dict[str, Any]:
    return function(name, retry_delay_seconds=0)


def branches(*names: str) -> dict[str, Any]:
    return {
        "name": "both",
        "type": "PARALLEL_EXECUTION",
        "branches": {name: [step(name)] for name in names},
    }


def begin(state: State, *steps: dict[str, Any], name: str = "test", claim: bool = True) -> None:
    """Start an execution of these steps, once per run, and lease what it begins with."""
    state.tenant.apply(*steps, name=name)
    state.executions[name] = state.tenant.start(name=name)
    if claim:
        state.tenant.claim()
        state.held.update(state.tenant.held)


def running(*steps: dict[str, Any]) -> Callable[[State], None]:
    return lambda state: begin(state, *steps)


def grown_old(*steps: dict[str, Any]) -> Callable[[State], None]:
    def prepare(state: State) -> None:
        begin(state, *steps)
        state.owner.execute(
            "update pbdb.playbook_ready_steps set due_at = due_at - interval '70 s'"
            " where execution_id = %s",
            (state.executions["test"],),
        )

    return prepare


def queued(*steps: dict[str, Any]) -> Callable[[State], None]:
    return lambda state: begin(state, *steps, claim=False)


def cancelled(state: State) -> None:
    begin(state, step("a"))
    state.tenant.one("select pbdb.cancel_playbook_execution(%s)", state.executions["test"])


def paused(state: State) -> None:
    begin(state, step("a"), step("b"))
    state.tenant.one("select pbdb.pause_playbook_execution(%s)", state.executions["test"])


def with_child(state: State) -> None:
    state.tenant.apply(step("inner"), name="child")
    begin(state, CHILD, transform("after", "$step_1_output"))


def two_families(state: State) -> None:
    """Waits for one event in a child (its parent older) and in an execution between the two."""
    state.tenant.apply(GO, name="child")
    for name in ("older", "younger"):
        wait = [step("first"), CHILD] if name == "older" else [GO]
        parts = {"name": "parts", "type": "PARALLEL_EXECUTION"}
        state.tenant.apply(
            {**parts, "branches": {"wait": wait, "work": [step(f"work in {name}")]}}, name=name
        )
        state.executions[name] = state.tenant.start(name=name)
        state.executions["test"] = state.executions[name]
        state.tenant.claim()
    state.tenant.complete("first", 1)
    state.held.update(state.tenant.held)


QUERY = {"name": "q", "type": "DATABASE_QUERY", "config": {"query": "select 1 as one"}}

SCENARIOS = {
    "two branches join": scenario(
        running(branches("l", "r"), step("after")), complete("l"), complete("r")
    ),
    "three branches join": scenario(
        running(branches("l", "m", "r")), complete("l"), complete("m"), complete("r")
    ),
    "two branches join and claim": scenario(
        running(branches("l", "r"), step("after")), complete_and_claim("l"), complete_and_claim("r")
    ),
    "a branch fails while another completes": scenario(
        running(
            {
                "name": "both",
                "type": "PARALLEL_EXECUTION",
                "branches": {"l": [function("l", max_retries=0)], "r": [step("r")]},
            }
        ),
        fail("l"),
        complete("r"),
    ),
    "an answer against its timeout": scenario(
        grown_old(ASK), answer("test", 1), SWEEP, idle={1: []}
    ),
    "two answers": scenario(running(ASK), answer("test", 1), answer("test", 2)),
    "cancel against complete": scenario(
        running(step("a"), step("b")), cancel("test"), complete("a")
    ),
    "sweep against heartbeat": scenario(
        grown_old(step("a")), SWEEP, heartbeat("a"), idle={0: [], 1: ["busy"]}
    ),
    "sweep against complete": scenario(grown_old(step("a")), SWEEP, complete("a"), idle={0: []}),
    "sweep against sweep and claim": scenario(
        grown_old(step("a")), SWEEP, SWEEP, CLAIM, idle={0: [], 1: [], 2: []}
    ),
    "claim against cancel": scenario(queued(step("a")), CLAIM, cancel("test"), idle={0: []}),
    "claim against pause": scenario(queued(step("a")), CLAIM, pause("test"), idle={0: []}),
    "two claims": scenario(queued(branches("l", "r")), CLAIM, CLAIM, idle={0: [], 1: []}),
    "two results for one attempt": scenario(
        running(step("a")), complete("a", output="1"), complete("a", output="2")
    ),
    "the same result twice": scenario(running(step("a")), complete("a"), complete("a")),
    "complete against fail": scenario(running(step("a")), complete("a"), fail("a")),
    "two steps in opposite order": scenario(
        running(branches("l", "r")), complete("l", "r"), complete("r", "l")
    ),
    "pause against complete": scenario(running(step("a"), step("b")), pause("test"), complete("a")),
    "resume against complete": scenario(paused, resume("test"), complete("a")),
    "pause, resume and complete": scenario(
        running(step("a"), step("b")), pause("test"), resume("test"), complete("a")
    ),
    "retry against a late completion": scenario(cancelled, retry("test"), complete("a")),
    "two retries": scenario(cancelled, retry("test"), retry("test")),
    "an event against the registration of its wait": scenario(
        running(step("a"), GO), complete("a"), EMIT
    ),
    "two events for one wait": scenario(running(GO), EMIT, EMIT),
    "an event against cancel": scenario(running(GO), EMIT, cancel("test")),
    "one key started twice": scenario(queued(step("a")), start("k"), start("k")),
    "one key with two inputs": scenario(queued(step("a")), start("k"), start("k", input=2)),
    "release against sweep": scenario(grown_old(step("a")), release("a"), SWEEP, idle={1: []}),
    "release against cancel": scenario(running(step("a")), release("a"), cancel("test")),
    "release against pause": scenario(running(step("a")), release("a"), pause("test")),
    "a child's end against its parent's cancel": scenario(
        with_child, complete("inner"), cancel("test")
    ),
    "a child's end against its parent's pause": scenario(
        with_child, complete("inner"), pause("test")
    ),
    "sql steps against cancel": scenario(queued(QUERY), RUN_SQL, cancel("test"), idle={0: [0]}),
    "sql steps twice": scenario(queued(QUERY), RUN_SQL, RUN_SQL, idle={0: [0], 1: [0]}),
    "an event for two families against a batch": scenario(
        two_families,
        pause("older"),
        complete("work in older", "work in younger"),
        EMIT,
    ),
    "two calls in each transaction": scenario(
        running(branches("l", "r"), step("b")),
        (complete("l"), heartbeat("r")),
        (complete("r"), CLAIM),
        idle={},
    ),
}


def observe(state: State, answers: Any) -> str:
    """Answers and rows as text, with ids replaced by the order in which they appear."""
    # An event and a wait that could not see each other are brought together by the next sweep.
    state.tenant.worker.execute("select pbdb.sweep()")
    rows = state.owner.execute(
        "select p.name, e.status, e.pause_reason, e.error_code, e.output_data, e.completed_steps,"
        " (select jsonb_agg(jsonb_build_array(s.step_name, r.status, r.visit, r.attempt_number,"
        " r.error_code, r.output_data, q.state) order by s.step_name, r.visit, r.attempt_number)"
        " from pbdb.playbook_step_results as r"
        " inner join pbdb.playbook_steps as s on s.id = r.step_id"
        " left join pbdb.playbook_ready_steps as q on q.result_id = r.id"
        " where r.execution_id = e.id)"
        " from pbdb.playbook_executions as e inner join pbdb.playbooks as p on p.id = e.playbook_id"
        " where e.id >= %s order by e.id",
        (min(state.executions.values()),),
    ).fetchall()
    seen: dict[str, str] = {}
    text = repr((answers, rows))
    return re.sub(
        r"UUID\('[^']+'\)", lambda match: seen.setdefault(match[0], f"id {len(seen)}"), text
    )


class Stage:
    """Plays a scenario again and again, each time on an execution of its own."""

    def __init__(
        self, tenant: Tenant, owner: Connection, connect: Callable[..., Connection], one: Scenario
    ) -> None:
        self.tenant, self.owner, self.scenario = tenant, owner, one
        self.connections = [connect("owner", autocommit=False) for _ in one.sessions]
        for connection in self.connections:
            connection.execute("set deadlock_timeout = '50ms'")
            connection.commit()

    def _state(self) -> State:
        # What earlier runs left must not be claimed, swept or woken in this one.
        self.owner.execute("truncate pbdb.playbook_executions, pbdb.playbook_events cascade")
        state = State(self.tenant, self.owner, {}, {})
        self.tenant.held.clear()
        self.scenario.prepare(state)
        return state

    def serial(self, order: Sequence[int]) -> str:
        state = self._state()
        answers: list[Any] = [
            tuple([self.scenario.idle.get(index)] * len(calls))
            for index, calls in enumerate(self.scenario.sessions)
        ]
        for index in order:
            session = self._session(index, state, begins=False)
            run_in_order(self.owner, [session], [0] * session.statements)
            session.close()
            answers[index] = tuple(session.answers)
        return observe(state, tuple(answers))

    def interleaved(self, order: Sequence[int], *, begins: bool) -> str:
        state = self._state()
        sessions = [
            self._session(index, state, begins=begins)
            for index in range(len(self.scenario.sessions))
        ]
        answers = run_in_order(self.owner, sessions, order)
        for session in sessions:
            session.close()
        assert "40P01" not in repr(answers), answers
        assert violations(self.owner) == []
        return observe(state, answers)

    def _session(self, index: int, state: State, *, begins: bool) -> Session:
        calls = [call(state) for call in self.scenario.sessions[index]]
        return Session(self.connections[index], calls, begins=begins)


@pytest.mark.parametrize("name", SCENARIOS, ids=lambda name: name.replace(" ", "_"))
def test_every_order_ends_as_some_serial_order(
    tenant: Tenant, owner: Connection, connect: Callable[..., Connection], name: str
) -> None:
    one = SCENARIOS[name]
    stage = Stage(tenant, owner, connect, one)
    everybody = set(range(len(one.sessions)))
    allowed = {
        stage.serial(order)
        for order in serial_orders(len(one.sessions))
        if everybody - set(order) <= set(one.idle)
    }
    # A transaction that only began has no snapshot yet: with three sessions that is left out.
    begins = len(one.sessions) < 3
    counts = [len(calls) + 1 + begins for calls in one.sessions]
    for order in orders(counts):
        found = stage.interleaved(order, begins=begins)
        assert found in allowed, (order, found, allowed)
    owner.execute("select pg_stat_force_next_flush()")
    assert owner.execute(
        "select deadlocks from pg_stat_database where datname = current_database()"
    ).fetchone() == (0,)


def test_two_bulk_starts_with_their_keys_in_opposite_order_do_not_deadlock(
    tenant: Tenant, connect: Callable[..., Connection]
) -> None:
    playbook = tenant.apply(step("a"))

    def start_all(*keys: str) -> Call:
        def call(conn: Connection) -> Any:
            conn.execute("select pbdb.set_organization(%s)", (tenant.organization,))
            rows = conn.execute(
                "select pbdb.start_playbook_executions(%s, %s, %s)",
                (playbook, [Jsonb({}) for _ in keys], list(keys)),
            ).fetchall()
            return dict(zip(keys, (row[0] for row in rows), strict=True))

        return call

    def undo(conn: Connection) -> None:
        conn.execute("select 1 / 0")

    watcher = connect("owner")
    sessions = [
        Session(connect("app", autocommit=False), calls, begins=False)
        # The first holds both others up in the middle, and gives way.
        for calls in (
            [start_all("m"), undo],
            [start_all("a", "m", "z")],
            [start_all("z", "m", "a")],
        )
    ]
    _, (one,), (two,) = run_in_order(watcher, sessions, [0, 1, 2, 0, 0, 1, 2])
    for session in sessions:
        session.close()
    assert one == two


LOCK_ROOT = ask("select id from pbdb.playbook_executions where id = %s for update", of("test"))
LOCK_RESULT = ask(
    "select id from pbdb.playbook_step_results where execution_id = %s for update", of("test")
)
LOCK_QUEUED = ask(
    "select result_id from pbdb.playbook_ready_steps where execution_id = %s for update", of("test")
)

# Somebody holds what both others need; both wait, and then neither may hold what the other needs.
GATES = {
    "a cancel and a claim": (queued(step("a")), LOCK_RESULT, cancel("test"), CLAIM),
    "a parent's cancel and a child's completion": (
        with_child,
        LOCK_ROOT,
        cancel("test"),
        complete("inner"),
    ),
    "a parent's cancel and a child's": (
        with_child,
        LOCK_QUEUED,
        cancel("test"),
        ask(
            "select pbdb.cancel_playbook_execution(id) from pbdb.playbook_executions"
            " where root_execution_id = %s",
            of("test"),
        ),
    ),
}


@pytest.mark.parametrize("name", GATES, ids=lambda name: re.sub(r"\W", "_", name))
def test_locks_are_taken_in_one_order(
    tenant: Tenant, connect: Callable[..., Connection], name: str
) -> None:
    prepare, *calls = GATES[name]
    state = State(tenant, connect("owner"), {}, {})
    prepare(state)
    sessions = [
        Session(connect("owner", autocommit=False), [call(state)], begins=False) for call in calls
    ]
    answers = run_in_order(state.owner, sessions, [0, 1, 2, 0, 1, 2])
    for session in sessions:
        session.close()
    assert "40P01" not in repr(answers)
    assert tenant.status(state.executions["test"]) == "CANCELLED"


def test_a_bulk_start_gives_the_executions_in_the_order_of_its_inputs(tenant: Tenant) -> None:
    playbook = tenant.apply(transform("a", "$input.n"))
    keys = ["c", "a", None, "b", "a"]
    inputs = [Jsonb({"n": n}) for n in (0, 1, 2, 3, 1)]
    started = tenant.rows(
        "select pbdb.start_playbook_executions(%s, %s, %s)", playbook, inputs, keys
    )
    assert [tenant.result(row[0])["output_data"] for row in started] == [0, 1, 2, 3, 1]
    assert started[1] == started[4]


def test_a_childs_end_is_seen_by_its_parent_in_the_same_transaction(
    tenant: Tenant, owner: Connection
) -> None:
    state = State(tenant, owner, {}, {})
    with_child(state)
    assert tenant.complete("inner", 7) == "accepted"
    assert tenant.result(state.executions["test"])["output_data"] == 7


def test_an_execution_is_not_paused_while_one_of_its_branches_can_run(tenant: Tenant) -> None:
    parts = {"wait": [ASK], "work": [step("w")]}
    tenant.apply({"name": "both", "type": "PARALLEL_EXECUTION", "branches": parts})
    execution = tenant.start()
    assert tenant.status(execution) == "RUNNING"
    tenant.claim()
    assert tenant.status(execution) == "RUNNING"
    tenant.complete("w", 1)
    assert tenant.status(execution) == "PAUSED"
