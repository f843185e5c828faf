"""What a playbook does, said a second time in plain Python: the reference for the engine's fuzz test.

Written from the design and the docs, not from the SQL. It knows the part of the language that
`generator` uses. An `Execution` is told what happens (claimed, completed, failed, answered) and
says what the database should hold; what executions have to do with each other is in `world`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from model.expressions import ExpressionError, evaluate, holds
from model.records import (
    Attempt,
    Document,
    Scope,
    Step,
    branch_order,
    failed,
    fits,
    inside,
    is_call,
    is_claimed,
    is_wait,
)

LIVE = ("RUNNING", "PAUSED")


class MaxVisits(Exception):
    """A step was entered more often than it allows."""


class Around(Protocol):
    """What an execution asks of those around it."""

    def later(self, job: Callable[[], None]) -> None:
        """Do this after what goes on now, in the order of asking."""

    def call(self, attempt: Attempt, given: Any) -> bool:
        """Begin the playbook that a step names, once this execution is written; False: there is none."""

    def take(self, attempt: Attempt) -> Any:
        """An event that came before its wait, or None."""


class Execution:
    """One run of a document; its state after each call is what the engine's should be."""

    def __init__(self, around: Around, document: Document, given: Any, root: Scope) -> None:
        self.around, self.document, self.input, self.root = around, document, given, root
        self.status, self.output = "RUNNING", None
        self.code: str | None = None
        self.is_paused = self.is_revisiting = False
        self._ended_last: str | None = None
        self.attempts: list[Attempt] = []
        self.counted: set[str] = set()
        self._queue: deque[tuple[Scope, str]] = deque()

    # What happens to it.

    def start(self) -> None:
        """Enter the first step; a child is kept before it until its parent is out of the way."""
        first = self.document["steps"][0]["name"]
        if self.root.caller is None:
            self._go(self.root, first)
        else:
            self._hold(self.root, first)

    def go_on(self) -> None:
        """Enter what was kept, unless it was closed."""
        for attempt in [a for a in self.attempts if a.is_held and a.is_open]:
            self._go(attempt.scope, attempt.name)

    def claim(self, attempt: Attempt) -> None:
        assert attempt.status == "PENDING"
        attempt.status = "RUNNING"

    def release(self, attempt: Attempt) -> None:
        """Its runner gives it back unstarted."""
        attempt.status = "PENDING"

    def complete(self, attempt: Attempt, output: Any) -> None:
        if not fits(attempt.step, output):
            self.fail(attempt, "OUTPUT_INVALID")
            return
        self._complete(attempt, output)
        self._run()

    def fail(self, attempt: Attempt, code: str, permanent: bool = False) -> None:
        if is_claimed(attempt.step) and not permanent and attempt.number <= self._retries(attempt):
            self._close(attempt, failed(code), code)
            self._open(attempt.step, attempt.scope, attempt.visit, attempt.number + 1, "PENDING")
        else:
            self._fail(attempt, code)
        self._run()

    def lose(self, attempt: Attempt) -> None:
        """Its runner vanished."""
        is_last = attempt.number > self._retries(attempt)
        self.fail(attempt, "LOST_TOO_OFTEN" if is_last else "LOST")

    def pause(self) -> None:
        self.is_paused = True
        self._run()

    def resume(self) -> None:
        self.is_paused = False
        for attempt in self.attempts:
            if attempt.is_held and attempt.is_open:
                self.around.later(self._kept(attempt))
        self._run()

    def retry(self, step: str | None = None) -> None:
        """Once more from a step of the playbook: the named one, or the one that ended last."""
        point = step or self._ended_last or self.document["steps"][0]["name"]
        self.status, self.code, self.output = "RUNNING", None, None
        self.root.status, self.is_paused, self.is_revisiting = "RUNNING", False, True
        self._go(self.root, point)

    def cancel(self) -> None:
        self._end("CANCELLED", "CANCELLED")

    def time_out(self) -> None:
        """Its deadline has passed."""
        self._end("TIMEOUT", "TIMEOUT")

    # What it looks like.

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def completed_steps(self) -> int:
        return len(self.counted)

    # Moving on.

    def _go(self, scope: Scope, name: str) -> None:
        self._queue.append((scope, name))
        self._run()

    def _kept(self, attempt: Attempt) -> Callable[[], None]:
        """Go on from a place that was kept, unless it was closed."""
        return lambda: self._go(attempt.scope, attempt.name) if attempt.is_open else None

    def _returned(self, attempt: Attempt) -> Callable[[], None]:
        """Go on with what a child gave, unless nobody waits for it any more."""

        def job() -> None:
            child = attempt.child
            assert child is not None
            if attempt.is_open and child.status == "COMPLETED":
                self.complete(attempt, child.output)
            elif attempt.is_open:
                self.fail(attempt, "CHILD_FAILED")

        return job

    def _run(self) -> None:
        try:
            while self._queue and self.is_live:
                scope, name = self._queue.popleft()
                if scope.status == "RUNNING" and self.is_paused:
                    self._hold(scope, name)
                elif scope.status == "RUNNING":
                    self._let_in(scope)
                    self._enter(scope, scope.step(name))
        except MaxVisits:
            self._end("FAILED", "MAX_VISITS")
        if self.is_live:
            leaves = [
                a for a in self.attempts if a.is_open and a.step["type"] != "PARALLEL_EXECUTION"
            ]
            waiting = all(is_wait(a.step) for a in leaves)
            is_still = self.is_paused or (leaves and waiting)
            self.status = "PAUSED" if is_still else "RUNNING"

    def _hold(self, scope: Scope, name: str) -> Attempt:
        visit = scope.visits.get(name, 0) + 1
        attempt = self._open(scope.step(name), scope, visit, 1, "PENDING")
        attempt.is_held = True
        return attempt

    def _let_in(self, scope: Scope) -> None:
        """A place that was kept gives way to the attempt itself."""
        self.attempts = [
            a for a in self.attempts if not (a.is_held and a.is_open and a.scope is scope)
        ]

    def _enter(self, scope: Scope, step: Step) -> None:
        name = step["name"]
        visit = scope.visits[name] = scope.visits.get(name, 0) + 1
        if visit > step.get("max_visits", 1000):
            raise MaxVisits
        attempt = self._open(step, scope, visit)
        try:
            if not holds(step.get("condition"), scope, self.input):
                self._close(attempt, "SKIPPED")
                self._count(attempt)
                self._leave(attempt)
                return
            mapping = step.get("input_mapping")
            given = self._value(mapping, scope) if mapping else self.input
            self._begin(attempt, given)
        except ExpressionError:
            self._fail(attempt, "EXPRESSION_ERROR")

    def _begin(self, attempt: Attempt, given: Any) -> None:
        step, config = attempt.step, attempt.step.get("config", {})
        kind = step["type"]
        if kind == "DATA_TRANSFORM":
            output = self._value(config["output"], attempt.scope)
            if fits(step, output):
                self._complete(attempt, output)
            else:
                self._fail(attempt, "OUTPUT_INVALID")
        elif kind == "PROMPT_TEMPLATE":
            text = config["template"]
            for name in ("n", "word"):
                text = text.replace(f"{{{{ input.{name} }}}}", str(self.input.get(name)))
            self._complete(attempt, {"prompt": text, "variables": {}})
        elif kind == "CONDITIONAL_BRANCH":
            self._branch(attempt)
        elif kind == "PARALLEL_EXECUTION":
            self._fork(attempt)
        elif kind == "WAIT_FOR_INPUT":
            self._await(attempt)
        elif is_call(step):
            if not self.around.call(attempt, given):
                self._fail(attempt, "CHILD_FAILED")
        else:
            attempt.status = "PENDING"

    def _await(self, attempt: Attempt) -> None:
        config = attempt.step["config"]
        if "event" not in config:
            return
        attempt.match = self._value(config.get("match", {}), attempt.scope)
        payload = self.around.take(attempt)
        if payload is not None and fits(attempt.step, payload):
            self._complete(attempt, payload)
        elif payload is not None:
            self._fail(attempt, "OUTPUT_INVALID")

    def _branch(self, attempt: Attempt) -> None:
        config = attempt.step["config"]
        cases = config["branches"]
        matched = next(
            (i for i, c in enumerate(cases) if holds(c["when"], attempt.scope, self.input)), None
        )
        target = config.get("default") if matched is None else cases[matched]["then"]
        self._complete(attempt, {"matched": matched, "branch_to": target}, target)

    def _complete(self, attempt: Attempt, output: Any, target: str | None = None) -> None:
        attempt.output = output
        self._close(attempt, "COMPLETED")
        self._count(attempt)
        attempt.scope.output = output
        self._leave(attempt, target)

    def _leave(self, attempt: Attempt, target: str | None = None) -> None:
        """Go on as after success."""
        scope, step = attempt.scope, attempt.step
        if target is None and not step.get("is_final"):
            target = step.get("on_success")
            if target is None:
                names = [s["name"] for s in scope.steps]
                after = names[names.index(step["name"]) + 1 :]
                target = after[0] if after else None
        if target is not None:
            self._queue.appendleft((scope, target))
        else:
            self._end_scope(scope, "COMPLETED")

    def _fail(self, attempt: Attempt, code: str) -> None:
        """The last attempt failed."""
        scope, step = attempt.scope, attempt.step
        error = {"code": code, "step": step["name"]}
        if step.get("on_failure") is not None:
            self._close(attempt, failed(code), code)
            scope.handled = error
            self._queue.appendleft((scope, step["on_failure"]))
        elif step.get("is_optional"):
            self._close(attempt, "SKIPPED", code)
            self._count(attempt)
            self._leave(attempt)
        else:
            self._close(attempt, failed(code), code)
            self._end_scope(scope, "FAILED", error)

    def _end_scope(self, scope: Scope, status: str, error: dict[str, Any] | None = None) -> None:
        if scope.parent is None:
            self._end(status, error["code"] if error else None)
            return
        scope.status, scope.error = status, error
        self._join(scope.parent)

    def _end(self, status: str, code: str | None) -> None:
        if status == "COMPLETED":
            self.output = self.root.output
            mapping = self.document.get("output_mapping")
            if mapping is not None:
                try:
                    self.output = self._value(mapping, self.root)
                except ExpressionError:
                    self.output, status, code = None, "FAILED", "EXPRESSION_ERROR"
            if code is None and not fits(self.document, self.output):
                self.output, status, code = None, "FAILED", "OUTPUT_INVALID"
        self._queue.clear()
        for attempt in self.attempts:
            self._cancel(attempt, "TIMEOUT" if status == "TIMEOUT" else "CANCELLED")
        self.status, self.code = status, code
        caller = self.root.caller
        if caller is not None and caller.is_open:
            self.around.later(caller.execution._returned(caller))

    # Parallel steps.

    def _fork(self, attempt: Attempt) -> None:
        config = attempt.step.get("config", {})
        if "for_each" in config:
            items = self._value(config["for_each"], attempt.scope)
            if not isinstance(items, list):
                self._fail(attempt, "CONFIG_INVALID")
                return
            attempt.items = items
        self._keep_done(attempt)
        self._join(attempt)

    def _keep_done(self, attempt: Attempt) -> None:
        """A retried execution keeps what succeeded in the visit before, over the same items."""
        before = [
            a
            for a in self.attempts
            if a.step is attempt.step and a.scope is attempt.scope and a.visit == attempt.visit - 1
        ]
        if not self.is_revisiting or not before or before[0].items != attempt.items:
            return
        if before[0].status in ("FAILED", "TIMEOUT"):
            for scope in before[0].scopes:
                if scope.status == "COMPLETED":
                    scope.parent = attempt
                    attempt.scopes.append(scope)
            before[0].scopes = [s for s in before[0].scopes if s.parent is before[0]]

    def _scope(self, attempt: Attempt, position: int) -> Scope:
        branches = attempt.step.get("branches")
        if branches:
            name = branch_order(branches)[position]
            return Scope(branches[name], attempt, name)
        item = attempt.items[position]
        return Scope(attempt.step["steps"], attempt, str(position), item, position)

    def _join(self, attempt: Attempt) -> None:
        """Is it decided? If not, keep the window full."""
        config = attempt.step.get("config", {})
        branches = attempt.step.get("branches")
        total = len(branches) if branches else len(attempt.items)
        join = config.get("join", "all")
        if join == "any":
            needed = min(1, total)
        elif join == "all":
            needed = 0 if config.get("on_branch_failure") == "continue" else total
        else:
            needed = join["at_least"]
        good = sum(s.status == "COMPLETED" for s in attempt.scopes)
        bad = sum(s.status == "FAILED" for s in attempt.scopes)
        if total - bad < needed:
            self._close_inside(attempt)
            self._fail(attempt, "BRANCH_FAILED")
        elif (needed and good >= needed) or good + bad == total:
            self._close_inside(attempt)
            names = branch_order(branches) if branches else None
            done = {s.label: s.output for s in attempt.scopes if s.status == "COMPLETED"}
            outputs = [done.get(n) for n in names or map(str, range(total))]
            self._complete(attempt, dict(zip(names, outputs, strict=True)) if names else outputs)
        else:
            self._open_scopes(attempt, total, good + bad + config.get("max_parallel", total))

    def _open_scopes(self, attempt: Attempt, total: int, most: int) -> None:
        opened = []
        begun = {s.label for s in attempt.scopes}
        for position in range(total):
            scope = self._scope(attempt, position)
            if scope.label not in begun and len(attempt.scopes) < most:
                attempt.scopes.append(scope)
                opened.append((scope, scope.steps[0]["name"]))
        self._queue.extendleft(reversed(opened))

    def _close_inside(self, parallel: Attempt) -> None:
        for scope in parallel.scopes:
            if scope.status == "RUNNING":
                scope.status = "CANCELLED"
        for attempt in self.attempts:
            if any(s.parent is parallel for s in attempt.scope.around()):
                self._cancel(attempt)

    # Rows.

    def _open(
        self, step: Step, scope: Scope, visit: int, number: int = 1, status: str = "RUNNING"
    ) -> Attempt:
        attempt = Attempt(self, step, scope, visit, number, status)
        self.attempts.append(attempt)
        return attempt

    def _close(self, attempt: Attempt, status: str, code: str | None = None) -> None:
        attempt.status, attempt.code = status, code
        attempt.scope.last[attempt.name] = attempt
        if attempt.scope.parent is None:
            self._ended_last = attempt.name
        if attempt.child is not None and attempt.child.is_live:
            attempt.child.cancel()

    def _cancel(self, attempt: Attempt, code: str = "CANCELLED") -> None:
        if attempt.is_open:
            if attempt.is_held:
                attempt.scope.visits[attempt.name] = attempt.visit
            status = "TIMEOUT" if code == "TIMEOUT" else "FAILED"
            self._close(attempt, status if attempt.status == "RUNNING" else "SKIPPED", code)
            if attempt.scope.status == "RUNNING":
                attempt.scope.status = "CANCELLED"

    def _count(self, attempt: Attempt) -> None:
        if attempt.scope.parent is None:
            self.counted.add(attempt.name)
            if attempt.status == "COMPLETED":
                self.counted.update(s["name"] for s in inside(attempt.step))

    def _retries(self, attempt: Attempt) -> int:
        most: int = self.document.get("max_retries", 3)
        own: int | None = attempt.step.get("max_retries")
        return most if own is None else own

    def _value(self, mapping: Any, scope: Scope) -> Any:
        return evaluate(mapping, scope, self.input)
