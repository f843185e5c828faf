"""Everything that may happen to a graph's executions: each deed is done to the engine and told to
the reference, and what the engine answers is compared."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from build import Tenant
from model.difference import Difference
from model.events import Event
from model.generator import EVENTS, Graph
from model.ledger import Ledger
from model.records import Attempt, is_call, total_steps
from model.reference import Execution
from model.reports import Reporting
from model.world import World

# (how often, whether it brings the end nearer, the deed).
Deed = tuple[float, bool, Callable[[], None]]


class Deeds(Reporting):
    """The executions of one graph, in the engine and in the reference."""

    def __init__(
        self,
        graph: Graph,
        dice: random.Random,
        tenant: Tenant,
        owner: psycopg.Connection[Any],
    ) -> None:
        documents = (*graph.library, graph.document)
        world = World({document["name"]: document for document in documents})
        super().__init__(graph, dice, tenant, Ledger(owner), world)
        self.owner = owner
        self.to_start = list(graph.strangers)
        # Some runners take all they can get before they report.
        self.eagerness = dice.choice([2, 2, 20])

    def begin(self) -> None:
        """Start the graph's own playbook, perhaps after events that it waits for."""
        if "events" in self.graph.traits:
            for _ in range(self.dice.randint(0, 3)):
                self._emit()
        self._start(self.graph.document["name"], self.graph.input)
        for trigger in self.graph.triggers:
            self.tenant.one(
                "select pbdb.define_trigger('any', %s, p_event_name => %s, p_event_match => %s,"
                " p_input => %s)",
                *(trigger.playbook, trigger.event, Jsonb(trigger.match), Jsonb(trigger.input)),
            )
            self.world.triggers.append(trigger)

    def possible(self) -> list[Deed]:
        """What could happen next."""
        world = self.world
        live, waits = world.live, world.waits()
        persons = [a for a in waits if "event" not in a.step["config"]]
        events = [a for a in waits if "event" in a.step["config"]]
        impatient = [a for a in waits if "timeout_seconds" in a.step["config"]]
        leased = [a for a in self.held if a.is_open]
        paused = [e for e in live if e.is_paused]
        calls = [
            a for e in live for a in e.attempts if a.is_open and not a.is_held and is_call(a.step)
        ]
        deeds: list[Deed] = [
            (self.eagerness * bool(world.claimable()), True, self.claim),
            (1 * bool(self.held), bool(leased), self.report),
            (1 * bool(persons), True, lambda: self._answer(self.dice.choice(persons))),
            (0.7 * bool(events), True, lambda: self._emit(self.dice.choice(events))),
            (0.5 * bool(self.to_start), True, self._start_stranger),
            (0.2 * bool(leased), True, lambda: self._lose(leased)),
            (0.1 * bool(leased), True, lambda: self._time_out(self.dice.choice(leased))),
            (0.1 * bool(self.held), False, self.heartbeat),
            (0.1 * bool(leased), False, self.release),
            (0.2 * bool(impatient), True, lambda: self._let_pass(self.dice.choice(impatient))),
            (0.1 * bool(calls), True, lambda: self._let_pass(self.dice.choice(calls))),
            (0.5 * bool(paused), True, lambda: self._resume(self.dice.choice(paused))),
            (0.15, False, lambda: self._pause(self.dice.choice(live))),
            (0.04, False, lambda: self._cancel(self.dice.choice(live))),
            (0.03, False, lambda: self._end_of_time(self.dice.choice(live))),
        ]
        if "events" in self.graph.traits:
            deeds += [(0.2, False, self._emit), (0.05, False, self._expire)]
        ended = [e for e in world.executions if e.status in ("FAILED", "CANCELLED", "TIMEOUT")]
        if ended:
            deeds.append((0.05, False, lambda: self.retry(self.dice.choice(ended))))
        return [deed for deed in deeds if deed[0]]

    # What apps do.

    def _start(self, name: str, given: dict[str, Any]) -> None:
        self._started(self.tenant.start(given, name=name))
        self.world.start(name, given)

    def _started(self, root: uuid.UUID) -> None:
        count = len(self.ledger.roots)
        self.ledger.roots[root] = f"start {count}" if count else ""

    def _start_stranger(self) -> None:
        name, given = self.to_start.pop()
        self._start(name, given)

    def _answer(self, attempt: Attempt) -> None:
        value = random.Random(f"{self.graph.seed}/{attempt.key}").choice([0, 1, 2, 3, "yes", None])
        self._call("submit_step_input", attempt.execution, attempt.address, Jsonb(value))
        attempt.execution.complete(attempt, value)
        self.world.settle()

    def _emit(self, wait: Attempt | None = None) -> None:
        """An event that one wait waits for, or any."""
        dice = self.dice
        payload = {"k": dice.choice([0, 1, 2, 3, 4, "text", None])}
        name = dice.choice(EVENTS)
        if wait is not None:
            name = wait.step["config"]["event"]
            payload |= wait.match
        if dice.random() < 0.7:
            payload["v"] = dice.randint(0, 4)
        keep = dice.choice([0, 3600, 3600])
        ages = {row.key: row.id for row in self.ledger.attempts()}

        def age(attempt: Attempt) -> Any:
            return self._id(attempt.execution), ages[attempt.key]

        woken = self.tenant.one(
            "select pbdb.emit_playbook_event(%s, %s, %s)", name, Jsonb(payload), keep
        )
        expected = self.world.emit(Event(name, payload, keep > 0), age)
        if woken != expected:
            raise Difference(f"{name} {payload} woke {woken}, should wake {expected}")
        if self.world.triggers:
            self._see_triggered()

    def _see_triggered(self) -> None:
        """Which executions the event started; a trigger is for a few, so that all comes to an end."""
        rows = self.owner.execute(
            "select e.id from pbdb.playbook_executions as e where e.organization_id = %s"
            " and e.trigger_source = 'event' and e.id > %s order by e.id",
            (self.tenant.organization, max(self.ledger.roots)),
        ).fetchall()
        for row in rows:
            self._started(row[0])
        if len(self.ledger.roots) > 3:
            self.world.triggers.clear()
            self.tenant.one(
                "with gone as (delete from pbdb.playbook_triggers returning id) select 1"
            )

    def _expire(self) -> None:
        self.owner.execute(
            "update pbdb.playbook_events set expires_at = now(), purge_at = now()"
            " where organization_id = %s",
            (self.tenant.organization,),
        )
        self.world.shelf.expire()

    # What operators do.

    def _pause(self, execution: Execution) -> None:
        self._call("pause_playbook_execution", execution)
        execution.pause()
        self.world.settle()

    def _resume(self, execution: Execution) -> None:
        self._call("resume_playbook_execution", execution)
        execution.resume()
        self.world.settle()

    def _cancel(self, execution: Execution) -> None:
        self._call("cancel_playbook_execution", execution)
        execution.cancel()
        self.world.settle()

    def retry(self, execution: Execution) -> None:
        """Once more from where it ended, or from one of its steps."""
        step = None
        if self.dice.random() < 0.5:
            step = self.dice.choice(execution.document["steps"])["name"]
        self._call("retry_playbook_execution", execution, step)
        execution.retry(step)
        self.world.settle()
        self.ledger.forget()

    def _call(self, function: str, execution: Execution, *values: Any) -> None:
        marks = ", ".join(["%s"] * (1 + len(values)))
        self.tenant.one(f"select pbdb.{function}({marks})", self._id(execution), *values)

    def _id(self, execution: Execution) -> uuid.UUID:
        return self.ledger.known[execution.root.key].id

    # What time does.

    def _lose(self, leased: list[Attempt]) -> None:
        """Runners vanish; one sweep finds what they held, the longest overdue first."""
        lost = self.dice.sample(leased, self.dice.randint(1, min(3, len(leased))))
        for attempt in lost:
            self._due("due_at", self.held[attempt][0], "LEASED")
        for attempt in lost:
            # What came before may have closed it.
            if attempt.is_open:
                attempt.execution.lose(attempt)
        self._sweep()

    def _time_out(self, attempt: Attempt) -> None:
        result_id, _ = self.held[attempt]
        self._due("deadline_at", result_id, "LEASED")
        self._due("due_at", result_id, "LEASED")
        attempt.execution.fail(attempt, "TIMEOUT")
        self._sweep()

    def _let_pass(self, attempt: Attempt) -> None:
        """The time of a wait, or of a step that called a playbook, is over."""
        result_id = next(row.id for row in self.ledger.attempts() if row.key == attempt.key)
        self._due("due_at", result_id, "WAITING")
        code = "TIMEOUT" if is_call(attempt.step) else "WAIT_TIMEOUT"
        attempt.execution.fail(attempt, code, permanent=True)
        self._sweep()

    def _end_of_time(self, execution: Execution) -> None:
        """The deadline of an execution comes; it does not tick while PAUSED."""
        at = "update pbdb.playbook_executions set deadline_at = clock_timestamp() {} where id = %s"
        self.owner.execute(at.format("").encode(), (self._id(execution),))
        if execution.status == "RUNNING":
            execution.time_out()
        self._sweep()
        if execution.is_live:
            self.owner.execute(at.format("+ interval '1 hour'").encode(), (self._id(execution),))

    def _due(self, column: str, result_id: uuid.UUID, state: str) -> None:
        self.owner.execute(
            f"update pbdb.playbook_ready_steps set {column} = clock_timestamp()"
            " where result_id = %s and state = %s".encode(),
            (result_id, state),
        )

    def _sweep(self) -> None:
        self.tenant.worker.execute("select * from pbdb.sweep()")
        self.world.settle()

    # Comparing.

    def compare_states(self) -> None:
        """The executions, as soon as nothing is left to do that needs nobody from outside."""
        for _ in range(100):
            states = self.ledger.states()
            if not any(state.is_cut for state in states.values()):
                break
            self.tenant.worker.execute("select * from pbdb.sweep()")
        for execution in self.world.executions:
            found = states.get(execution.root.key)
            want = (
                execution.status,
                execution.code,
                execution.output,
                execution.completed_steps,
                total_steps(execution.document),
            )
            if found is None or found[1:6] != want:
                raise Difference(
                    f"execution {execution.root.key} is {found and found[1:6]}, should be {want}"
                )
        if len(states) != len(self.world.executions):
            raise Difference(f"executions: {list(states)}")

    def compare(self) -> None:
        """The executions and every attempt of them."""
        self.compare_states()
        found = self.ledger.by_scope()
        wanted: dict[Any, list[tuple[Any, ...]]] = {}
        for execution in self.world.executions:
            for a in execution.attempts:
                row = (a.name, a.visit, a.number, a.status, a.code, a.output)
                wanted.setdefault(a.scope.key, []).append(row)
        for key in sorted({*found, *wanted}):
            if found[key] != wanted.get(key, []):
                raise Difference(
                    f"in scope {key}\nfound:  "
                    + "\n        ".join(map(str, found[key]))
                    + "\nwanted: "
                    + "\n        ".join(map(str, wanted.get(key, [])))
                )
