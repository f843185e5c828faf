"""What executions have to do with each other: children, reports in batches, events.

The second half of the reference. A `World` is one organization: every playbook it may call, every
execution it has started. Its calls are those of apps and runners; after each, nothing is left to do
that needs nobody from outside.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from model.events import Event, Shelf, Trigger
from model.records import NOT_JSON, Attempt, Document, Scope, Verb, fits, is_claimed, is_wait
from model.reference import Execution


@dataclass(slots=True)
class Report:
    """One row of a report call: how it is said, of which attempt (None: of nobody knows what)."""

    attempt: Attempt | None
    verb: Verb
    value: Any
    # With the token of the attempt's lease, or with another.
    has_token: bool = True

    @property
    def text(self) -> str:
        """An output as its runner writes it."""
        return "{" if self.value is NOT_JSON else json.dumps(self.value)


@dataclass
class World:
    """Playbooks by name, and the executions of all of them, oldest first."""

    playbooks: dict[str, Document]
    executions: list[Execution] = field(default_factory=list)
    shelf: Shelf = field(default_factory=Shelf)
    triggers: list[Trigger] = field(default_factory=list)
    _jobs: deque[Callable[[], None]] = field(default_factory=deque)
    _calls: list[tuple[Attempt, Any]] = field(default_factory=list)

    # What apps and runners do.

    def start(self, name: str, given: dict[str, Any]) -> None:
        count = sum(e.root.caller is None for e in self.executions)
        self._new(name, given, label=f"start {count}" if count else "").start()
        self.settle()

    def report(self, rows: Iterable[Report]) -> list[str]:
        """The verdicts on one call's rows. What follows for relatives, `settle` does afterwards."""
        return [self._report(row) for row in rows]

    def emit(self, event: Event, age: Callable[[Attempt], Any]) -> int:
        """Deliver to every wait that it fits, the oldest first, then start what it triggers; how many
        both were."""

        def give(wait: Attempt, payload: Any) -> None:
            wait.execution.complete(wait, payload)
            self.settle()

        waits = sorted((w for w in self.waits() if event.suits(w)), key=age)
        woken = self.shelf.emit(event, waits, give)
        fired = [trigger for trigger in self.triggers if trigger.is_fired_by(event)]
        for trigger in fired:
            self.start(trigger.playbook, trigger.input | event.payload)
        return woken + len(fired)

    def settle(self) -> None:
        """Begin children and hand back what they gave, in the order in which that came up."""
        self._begin_calls()
        while self._jobs:
            self._jobs.popleft()()
            self._begin_calls()

    # What it looks like.

    @property
    def live(self) -> list[Execution]:
        return [e for e in self.executions if e.is_live]

    def claimable(self) -> list[Attempt]:
        return [
            a
            for e in self.live
            if not e.is_paused
            for a in e.attempts
            if a.status == "PENDING" and not a.is_held and is_claimed(a.step)
        ]

    def waits(self) -> list[Attempt]:
        """Open waits, for persons and for events."""
        return [
            a
            for e in self.live
            for a in e.attempts
            if a.is_open and not a.is_held and is_wait(a.step)
        ]

    # What executions ask for.

    def later(self, job: Callable[[], None]) -> None:
        self._jobs.append(job)

    def call(self, attempt: Attempt, given: Any) -> bool:
        if attempt.step["config"]["playbook"] not in self.playbooks:
            return False
        self._calls.append((attempt, given))
        self.later(lambda: attempt.child.go_on() if attempt.child is not None else None)
        return True

    def take(self, attempt: Attempt) -> Any:
        return self.shelf.take(attempt)

    def _begin_calls(self) -> None:
        """What was called in vain, because the step was closed in the same breath, never begins."""
        for attempt, given in self._calls:
            if attempt.is_open:
                attempt.child = self._new(attempt.step["config"]["playbook"], given, caller=attempt)
                attempt.child.start()
        self._calls.clear()

    def _new(self, name: str, given: Any, **place: Any) -> Execution:
        document = self.playbooks[name]
        execution = Execution(self, document, given, Scope(document["steps"], **place))
        self.executions.append(execution)
        return execution

    def _report(self, row: Report) -> str:
        attempt = row.attempt
        if attempt is None or not row.has_token:
            return "stale"
        if attempt.report is not None:
            return "repeated" if attempt.report == (row.verb, row.value) else "conflict"
        if not attempt.is_open:
            return "stale"
        attempt.report = (row.verb, row.value)
        if row.verb == "fail":
            attempt.execution.fail(attempt, row.value["code"], row.value.get("permanent", False))
            return "accepted"
        if row.value is NOT_JSON:
            attempt.execution.fail(attempt, "OUTPUT_INVALID")
            return "failed"
        attempt.execution.complete(attempt, row.value)
        return "accepted" if fits(attempt.step, row.value) else "failed"
