"""Runs a graph through the real engine and the reference side by side, and compares."""

from __future__ import annotations

import json
import random
import uuid
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from build import Tenant
from model.generator import Graph
from model.reference import Attempt, Execution, Key, fits, total_steps

_SCOPES = """
select sc.id, sc.path, s.step_name, r.visit, coalesce(sc.item_index::text, sc.branch)
from pbdb.playbook_scopes as sc
inner join pbdb.playbook_step_results as r on r.id = sc.parent_result_id
inner join pbdb.playbook_steps as s on s.id = r.step_id
where sc.execution_id = %s
"""
_ATTEMPTS = """
select r.id, r.scope_id, s.step_name, r.visit, r.attempt_number, r.status::text, r.error_code,
    r.output_data
from pbdb.playbook_step_results as r
inner join pbdb.playbook_steps as s on s.id = r.step_id
where r.execution_id = %s order by r.id
"""
_EXECUTION = """
select status::text, error_code, output_data, completed_steps, total_steps
from pbdb.playbook_executions where id = %s
"""


class Difference(AssertionError):
    """The engine did not do what the reference says."""


class Driver:
    """One tenant's engine, driven graph by graph; `owner` is a superuser's session."""

    def __init__(self, tenant: Tenant, owner: psycopg.Connection[Any]) -> None:
        self.tenant, self.owner = tenant, owner

    def run(self, graph: Graph) -> str:
        """Run the graph to its end; its final status. Raises Difference."""
        if graph.refused:
            return self._refused(graph)
        run = self.begin(graph)
        try:
            run.to_the_end()
        except Difference as difference:
            raise Difference(f"seed {graph.seed}: {difference}") from None
        return run.expected.status

    def begin(self, graph: Graph, key: str | None = None) -> Run:
        """Apply the graph's document and start it."""
        self.tenant.one("select changed from pbdb.apply_playbook(%s)", Jsonb(graph.document))
        execution = self.tenant.start(graph.input, name=graph.document["name"], key=key)
        return Run(self, graph, execution)

    def _refused(self, graph: Graph) -> str:
        try:
            self.tenant.one("select changed from pbdb.apply_playbook(%s)", Jsonb(graph.document))
        except psycopg.Error as error:
            if error.sqlstate not in graph.refused:
                raise Difference(f"refused with {error.sqlstate}: {error}") from error
            return "refused"
        raise Difference("a malformed document was accepted")


class Run:
    """One execution, in the engine and in the reference."""

    def __init__(self, driver: Driver, graph: Graph, execution: uuid.UUID) -> None:
        self.tenant, self.owner = driver.tenant, driver.owner
        self.graph, self.execution = graph, execution
        self.dice = random.Random(f"{graph.seed}/order")
        self.expected = Execution(graph.document, graph.input)
        self.scopes: dict[uuid.UUID | None, Key] = {None: ()}
        # What the runner holds: attempt -> (result id, token).
        self.held: dict[Attempt, tuple[uuid.UUID, uuid.UUID]] = {}

    def to_the_end(self) -> None:
        self._compare()
        for _ in range(2000):
            expected = self.expected
            if expected.status not in ("RUNNING", "PAUSED"):
                self._compare()
                if expected.status == "COMPLETED" or self.dice.random() < 0.6:
                    return
                self.tenant.one("select pbdb.retry_playbook_execution(%s)", self.execution)
                self.expected.retry()
                self.held.clear()
                continue
            acts = []
            acts += [self._claim] * 2 * bool(expected.claimable())
            acts += [self._report] * bool(self.held)
            acts += [self._answer] * bool(expected.waits())
            acts += [self._seldom] * bool(acts)
            if expected.is_paused:
                acts += [self._resume] * (1 + 4 * (not acts))
            if not acts:
                raise Difference(f"the reference is stuck in {expected.status}")
            self.dice.choice(acts)()
            self._compare_status()
        raise Difference("it does not end")

    # Without the reference.

    def engine_status(self) -> str:
        return self.tenant.status(self.execution)

    def play_round(
        self, graph: Graph, dice: random.Random, workers: int, names: Callable[[str], str]
    ) -> None:
        """Answer everything that waits, then claim and report as so many runners, in any order."""
        for row in self._attempts():
            if row[5] == "RUNNING" and self._type_of(row[2]) == "WAIT_FOR_INPUT":
                self.tenant.one(
                    "select pbdb.submit_step_input(%s, %s, '2')", self.execution, row[2]
                )
        self._make_due()
        held = []
        for worker in range(workers):
            held += self.tenant.claim(
                "CUSTOM_FUNCTION:scripted", worker=f"w{worker}", limit=1 if workers > 1 else 9
            )
        dice.shuffle(held)
        keys = self._keys([step["step_result_id"] for step in held])
        for step in held:
            key = json.loads(names(json.dumps(keys[step["step_result_id"]])))
            kind, value = graph.outcome_of(key)
            self.tenant.held["it"] = (step["step_result_id"], step["token"])
            if kind == "complete":
                self.tenant.complete("it", value)
            else:
                self.tenant.fail("it", **value)

    def outcome(self) -> Any:
        """[status, code, output, attempts], as JSON; steps named nothing… are left out."""
        row = self.owner.execute(_EXECUTION, (self.execution,)).fetchone()
        assert row is not None
        rows = [row[1:] for row in self._attempts() if not row[2].startswith("nothing")]
        return json.loads(json.dumps([*row[:3], rows]))

    def _type_of(self, name: str) -> str:
        found = self.tenant.one(
            "select step_type::text from pbdb.playbook_steps as s inner join pbdb.playbook_executions"
            " as e on e.playbook_id = s.playbook_id where e.id = %s and s.step_name = %s",
            self.execution,
            name,
        )
        return str(found)

    # With it.

    def _claim(self) -> None:
        if any(a.number > 1 for a in self.expected.claimable()):
            self._make_due()
        limit = self.dice.randint(1, 4)
        claimed = self.tenant.claim("CUSTOM_FUNCTION:scripted", limit=limit)
        pending = {a.key: a for a in self.expected.claimable()}
        if len(claimed) != min(limit, len(pending)):
            raise Difference(f"claimed {len(claimed)} of {limit}; claimable: {list(pending)}")
        keys = self._keys([step["step_result_id"] for step in claimed])
        for step in claimed:
            key = keys[step["step_result_id"]]
            if key not in pending:
                raise Difference(f"claimed {key}; claimable: {list(pending)}")
            attempt = pending.pop(key)
            self.expected.claim(attempt)
            self.held[attempt] = (step["step_result_id"], step["token"])

    def _report(self) -> None:
        """Report on some of what is held, in one call for each kind of outcome."""
        held = list(self.held.items())
        chosen = self.dice.sample(held, self.dice.randint(1, min(3, len(held))))
        kind = self.graph.outcome(chosen[0][0])[0]
        batch = sorted(
            (
                (ids, attempt, self.graph.outcome(attempt)[1])
                for attempt, ids in chosen
                if self.graph.outcome(attempt)[0] == kind
            ),
            key=lambda row: row[0],
        )
        values = [json.dumps(v) if kind == "complete" else Jsonb(v) for _, _, v in batch]
        rows = self.tenant.worker.execute(
            f"select step_result_id, outcome, message from pbdb.{kind}_playbook_steps('w1', %s, %s,"
            f" %s::{'text' if kind == 'complete' else 'jsonb'}[])",
            ([i[0] for i, _, _ in batch], [i[1] for i, _, _ in batch], values),
        ).fetchall()
        outcomes = {row[0]: row[1:] for row in rows}
        for (result_id, _), attempt, value in batch:
            del self.held[attempt]
            expected = "accepted" if attempt.is_open else "stale"
            if expected == "accepted" and kind == "complete" and not fits(attempt.step, value):
                expected = "failed"
            if outcomes[result_id][0] != expected:
                raise Difference(f"{attempt.key} was {outcomes[result_id]}, not {expected}")
            if not attempt.is_open:
                continue
            if kind == "complete":
                self.expected.complete(attempt, value)
            else:
                self.expected.fail(attempt, value["code"], value.get("permanent", False))

    def _answer(self) -> None:
        name = self.dice.choice(sorted({a.name for a in self.expected.waits()}))
        # Which of several items is answered is not promised; it is the oldest.
        waits = {a.key: a for a in self.expected.waits() if a.name == name}
        attempt = next(waits[row[1:5]] for row in self._attempts() if row[1:5] in waits)
        value = random.Random(f"{self.graph.seed}/{attempt.key}").choice([0, 1, 2, 3, "yes", None])
        self.tenant.one(
            "select pbdb.submit_step_input(%s, %s, %s)", self.execution, name, Jsonb(value)
        )
        self.expected.complete(attempt, value)

    def _seldom(self) -> None:
        """What happens now and then: a runner vanishes, a wait is over, somebody intervenes."""
        roll = self.dice.random()
        waits = [a for a in self.expected.waits() if "timeout_seconds" in a.step["config"]]
        if roll < 0.2 and self.held:
            self._lose(self.dice.choice(list(self.held)))
        elif roll < 0.3 and self.held:
            self._time_out(self.dice.choice(list(self.held)))
        elif roll < 0.5 and waits:
            self._let_pass(self.dice.choice(waits))
        elif roll < 0.65 and not self.expected.is_paused:
            self.tenant.one("select pbdb.pause_playbook_execution(%s)", self.execution)
            self.expected.pause()
        elif roll < 0.68:
            self.tenant.one("select pbdb.cancel_playbook_execution(%s)", self.execution)
            self.expected.cancel()

    def _make_due(self) -> None:
        """Let the delays of retries pass."""
        self.owner.execute(
            "update pbdb.playbook_ready_steps set due_at = clock_timestamp()"
            " where execution_id = %s and state = 'READY' and due_at > clock_timestamp()",
            (self.execution,),
        )

    def _lose(self, attempt: Attempt) -> None:
        is_open = attempt.is_open
        result_id, _ = self.held.pop(attempt)
        self._due("result_id = %s and state = 'LEASED'", result_id)
        if is_open:
            self.expected.lose(attempt)

    def _time_out(self, attempt: Attempt) -> None:
        is_open = attempt.is_open
        result_id, _ = self.held.pop(attempt)
        self.owner.execute(
            "update pbdb.playbook_ready_steps set deadline_at = clock_timestamp()"
            " where result_id = %s and state = 'LEASED'",
            (result_id,),
        )
        self._due("result_id = %s and state = 'LEASED'", result_id)
        if is_open:
            self.expected.fail(attempt, "TIMEOUT")

    def _let_pass(self, attempt: Attempt) -> None:
        rows = self._attempts()
        result_id = next(row[0] for row in rows if row[1:5] == attempt.key)
        self._due("result_id = %s and state = 'WAITING'", result_id)
        self.expected.fail(attempt, "WAIT_TIMEOUT", permanent=True)

    def _due(self, where: str, result_id: uuid.UUID) -> None:
        self.owner.execute(
            f"update pbdb.playbook_ready_steps set due_at = clock_timestamp() where {where}".encode(),
            (result_id,),
        )
        self.tenant.worker.execute("select * from pbdb.sweep()")

    def _resume(self) -> None:
        self.tenant.one("select pbdb.resume_playbook_execution(%s)", self.execution)
        self.expected.resume()

    # Comparing.

    def _compare_status(self) -> None:
        row = self.owner.execute(_EXECUTION, (self.execution,)).fetchone()
        assert row is not None
        expected = self.expected
        want = (expected.status, expected.code, expected.output, expected.completed_steps)
        if row[:4] != want:
            raise Difference(f"execution is {row[:4]}, should be {want}")
        if row[4] != total_steps(self.graph.document):
            raise Difference(f"total_steps is {row[4]}")

    def _compare(self) -> None:
        self._compare_status()
        found: dict[Key, list[Any]] = defaultdict(list)
        for _, scope, *row in self._attempts():
            found[scope].append(tuple(row))
        wanted: dict[Key, list[Any]] = defaultdict(list)
        for a in self.expected.attempts:
            wanted[a.scope.key].append((a.name, a.visit, a.number, a.status, a.code, a.output))
        for key in sorted({*found, *wanted}):
            if found[key] != wanted[key]:
                raise Difference(
                    f"in scope {key}\nfound:  "
                    + "\n        ".join(map(str, found[key]))
                    + "\nwanted: "
                    + "\n        ".join(map(str, wanted[key]))
                )

    def _attempts(self) -> list[Any]:
        rows = self.owner.execute(_ATTEMPTS, (self.execution,)).fetchall()
        self._know({row[1] for row in rows})
        return [(row[0], self.scopes[row[1]], *row[2:]) for row in rows]

    def _keys(self, ids: list[uuid.UUID]) -> dict[uuid.UUID, Any]:
        rows = self.owner.execute(
            "select r.id, r.scope_id, s.step_name, r.visit, r.attempt_number"
            " from pbdb.playbook_step_results as r"
            " inner join pbdb.playbook_steps as s on s.id = r.step_id where r.id = any(%s)",
            (ids,),
        ).fetchall()
        self._know({row[1] for row in rows})
        return {row[0]: (self.scopes[row[1]], *row[2:]) for row in rows}

    def _know(self, scopes: set[uuid.UUID | None]) -> None:
        if scopes <= self.scopes.keys():
            return
        rows = {row[0]: row for row in self.owner.execute(_SCOPES, (self.execution,)).fetchall()}
        for scope, row in rows.items():
            self.scopes[scope] = tuple((rows[p][2], rows[p][3], rows[p][4]) for p in row[1])
