"""What a playbook does, said a second time in plain Python: the reference for the engine's fuzz test.

Written from the design and the docs, not from the SQL. It knows the part of the language that
`generator` uses. An `Execution` is told what happens (claimed, completed, failed, answered) and
says what the database should hold.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Key = tuple[tuple[str, int, str], ...]
_TERM = r"""-?\d+|"[^"]*"|\$\w+(?:\.\w+)*"""
_EXPRESSION = re.compile(rf"({_TERM})(?: (==|!=|>|<|\+) ({_TERM}))?")
_MISSING = object()


class ExpressionError(Exception):
    """An expression that gives no value."""


class MaxVisits(Exception):
    """A step was entered more often than it allows."""


@dataclass(eq=False)
class Attempt:
    """One row of playbook_step_results."""

    step: dict[str, Any]
    scope: Scope
    visit: int
    number: int = 1
    status: str = "RUNNING"
    code: str | None = None
    output: Any = None
    error: dict[str, Any] | None = None
    # Kept at the door while the execution is paused.
    is_held: bool = False
    scopes: list[Scope] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.step["name"])

    @property
    def is_open(self) -> bool:
        return self.status in ("PENDING", "RUNNING")

    @property
    def key(self) -> tuple[Key, str, int, int]:
        return (self.scope.key, self.name, self.visit, self.number)


@dataclass(eq=False)
class Scope:
    """The playbook, a branch, or an item: control stands at one place in it."""

    steps: list[dict[str, Any]]
    parent: Attempt | None = None
    label: str = ""
    item: Any = _MISSING
    index: int = 0
    status: str = "RUNNING"
    output: Any = None
    error: dict[str, Any] | None = None
    handled: dict[str, Any] | None = None
    last: dict[str, Attempt] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        if self.parent is None:
            return ()
        return (*self.parent.scope.key, (self.parent.name, self.parent.visit, self.label))

    def around(self) -> Iterator[Scope]:
        """Itself and the scopes around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent.scope if scope.parent else None


class Execution:
    """One run of a document; its state after each call is what the engine's should be."""

    def __init__(self, document: dict[str, Any], given: dict[str, Any]) -> None:
        self.document, self.input = document, given
        self.status, self.output = "RUNNING", None
        self.code: str | None = None
        self.is_paused = self.is_revisiting = False
        self._ended_last: str | None = None
        self.attempts: list[Attempt] = []
        self.counted: set[str] = set()
        self.root = Scope(document["steps"])
        self._queue: deque[tuple[Scope, str]] = deque([(self.root, document["steps"][0]["name"])])
        self._run()

    # What happens to it.

    def claim(self, attempt: Attempt) -> None:
        assert attempt.status == "PENDING"
        attempt.status = "RUNNING"

    def complete(self, attempt: Attempt, output: Any) -> None:
        if not fits(attempt.step, output):
            self.fail(attempt, "OUTPUT_INVALID")
            return
        self._complete(attempt, output)
        self._run()

    def fail(self, attempt: Attempt, code: str, permanent: bool = False) -> None:
        most = attempt.step.get("max_retries", self.document.get("max_retries", 3)) + 1
        if attempt.step["type"] == "CUSTOM_FUNCTION" and not permanent and attempt.number < most:
            self._close(attempt, _failed(code), code)
            self._open(attempt.step, attempt.scope, attempt.visit, attempt.number + 1, "PENDING")
        else:
            self._fail(attempt, code)
        self._run()

    def lose(self, attempt: Attempt) -> None:
        """Its runner vanished."""
        is_last = attempt.number > attempt.step.get(
            "max_retries", self.document.get("max_retries", 3)
        )
        self.fail(attempt, "LOST_TOO_OFTEN" if is_last else "LOST")

    def pause(self) -> None:
        self.is_paused = True
        self._run()

    def resume(self) -> None:
        self.is_paused = False
        for attempt in [a for a in self.attempts if a.is_held and a.is_open]:
            self._queue.append((attempt.scope, attempt.name))
        self._run()

    def retry(self) -> None:
        """Once more from the step of the playbook that ended last."""
        point = self._ended_last or self.document["steps"][0]["name"]
        self.status, self.code, self.output = "RUNNING", None, None
        self.root.status, self.is_paused, self.is_revisiting = "RUNNING", False, True
        self._queue.append((self.root, point))
        self._run()

    def cancel(self) -> None:
        self._end("CANCELLED", "CANCELLED")

    # What it looks like.

    def claimable(self) -> list[Attempt]:
        if self.is_paused:
            return []
        return [a for a in self.attempts if a.status == "PENDING"]

    def waits(self) -> list[Attempt]:
        return [
            a
            for a in self.attempts
            if a.is_open and not a.is_held and a.step["type"] == "WAIT_FOR_INPUT"
        ]

    @property
    def completed_steps(self) -> int:
        return len(self.counted)

    # Moving on.

    def _run(self) -> None:
        try:
            while self._queue and self.status in ("RUNNING", "PAUSED"):
                scope, name = self._queue.popleft()
                if scope.status == "RUNNING" and self.is_paused:
                    visit = scope.visits.get(name, 0) + 1
                    self._open(_step(scope, name), scope, visit, 1, "PENDING").is_held = True
                elif scope.status == "RUNNING":
                    self.attempts = [
                        a
                        for a in self.attempts
                        if not (a.is_held and a.is_open and a.scope is scope)
                    ]
                    self._enter(scope, _step(scope, name))
        except MaxVisits:
            self._end("FAILED", "MAX_VISITS")
        if self.status in ("RUNNING", "PAUSED"):
            leaves = [
                a for a in self.attempts if a.is_open and a.step["type"] != "PARALLEL_EXECUTION"
            ]
            waiting = all(a.step["type"] == "WAIT_FOR_INPUT" for a in leaves)
            is_still = self.is_paused or (leaves and waiting)
            self.status = "PAUSED" if is_still else "RUNNING"

    def _enter(self, scope: Scope, step: dict[str, Any]) -> None:
        name, kind = step["name"], step["type"]
        visit = scope.visits[name] = scope.visits.get(name, 0) + 1
        if visit > step.get("max_visits", 1000):
            raise MaxVisits
        attempt = self._open(step, scope, visit)
        try:
            if not self._holds(step.get("condition"), scope):
                self._close(attempt, "SKIPPED")
                self._count(attempt)
                self._leave(attempt)
                return
            self._value(step.get("input_mapping", {}), scope)
            if kind == "DATA_TRANSFORM":
                output = self._value(step["config"]["output"], scope)
                if fits(step, output):
                    self._complete(attempt, output)
                else:
                    self._fail(attempt, "OUTPUT_INVALID")
            elif kind == "PROMPT_TEMPLATE":
                text = step["config"]["template"].replace("{{ input.n }}", str(self.input["n"]))
                self._complete(attempt, {"prompt": text, "variables": {}})
            elif kind == "CONDITIONAL_BRANCH":
                self._branch(attempt)
            elif kind == "PARALLEL_EXECUTION":
                self._fork(attempt)
            elif kind == "CUSTOM_FUNCTION":
                attempt.status = "PENDING"
        except ExpressionError:
            self._fail(attempt, "EXPRESSION_ERROR")

    def _branch(self, attempt: Attempt) -> None:
        config = attempt.step["config"]
        cases = config["branches"]
        matched = next(
            (i for i, case in enumerate(cases) if self._holds(case["when"], attempt.scope)), None
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
        failed = _failed(code)
        if step.get("on_failure") is not None:
            self._close(attempt, failed, code)
            scope.handled = error
            self._queue.appendleft((scope, step["on_failure"]))
        elif step.get("is_optional"):
            self._close(attempt, "SKIPPED", code)
            self._count(attempt)
            self._leave(attempt)
        else:
            self._close(attempt, failed, code)
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
        for attempt in self.attempts:
            self._cancel(attempt)
        self.status, self.code = status, code
        self._queue.clear()

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
        inside = attempt.step.get("branches")
        if inside:
            name = _branch_order(inside)[position]
            return Scope(inside[name], attempt, name)
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
            names = _branch_order(branches) if branches else None
            done = {s.label: s.output for s in attempt.scopes if s.status == "COMPLETED"}
            outputs = [done.get(n) for n in names or map(str, range(total))]
            self._complete(attempt, dict(zip(names, outputs, strict=True)) if names else outputs)
        else:
            window = config.get("max_parallel", total)
            opened = []
            begun = {s.label for s in attempt.scopes}
            for position in range(total):
                scope = self._scope(attempt, position)
                if scope.label in begun or len(attempt.scopes) >= good + bad + window:
                    continue
                attempt.scopes.append(scope)
                opened.append((scope, scope.steps[0]["name"]))
            self._queue.extendleft(reversed(opened))

    def _close_inside(self, parallel: Attempt) -> None:
        for scope in parallel.scopes:
            if scope.status == "RUNNING":
                scope.status = "CANCELLED"
        for attempt in self.attempts:
            if attempt.is_open and any(s.parent is parallel for s in attempt.scope.around()):
                self._cancel(attempt)

    # Rows.

    def _open(
        self,
        step: dict[str, Any],
        scope: Scope,
        visit: int,
        number: int = 1,
        status: str = "RUNNING",
    ) -> Attempt:
        attempt = Attempt(step, scope, visit, number, status)
        self.attempts.append(attempt)
        return attempt

    def _close(self, attempt: Attempt, status: str, code: str | None = None) -> None:
        attempt.status, attempt.code = status, code
        attempt.scope.last[attempt.name] = attempt
        if attempt.scope.parent is None:
            self._ended_last = attempt.name

    def _cancel(self, attempt: Attempt) -> None:
        if attempt.is_open:
            attempt.code = "CANCELLED"
            attempt.status = "FAILED" if attempt.status == "RUNNING" else "SKIPPED"
            attempt.scope.last[attempt.name] = attempt
            if attempt.is_held:
                attempt.scope.visits[attempt.name] = attempt.visit
            if attempt.scope.parent is None:
                self._ended_last = attempt.name
            if attempt.scope.status == "RUNNING":
                attempt.scope.status = "CANCELLED"

    def _count(self, attempt: Attempt) -> None:
        if attempt.scope.parent is None:
            self.counted.add(attempt.name)
            if attempt.status == "COMPLETED":
                self.counted.update(s["name"] for s in _inside(attempt.step))

    # Expressions.

    def _holds(self, condition: str | None, scope: Scope) -> bool:
        if condition is None:
            return True
        left, operator, right = _parsed(condition)
        if operator is None:
            raise ExpressionError
        return _compare(operator, self._look(left, scope), self._look(right, scope))

    def _value(self, mapping: Any, scope: Scope) -> Any:
        if isinstance(mapping, dict):
            return {key: self._value(value, scope) for key, value in mapping.items()}
        if isinstance(mapping, list):
            return [self._value(value, scope) for value in mapping]
        if not (isinstance(mapping, str) and mapping.startswith("$")):
            return mapping
        left, operator, right = _parsed(mapping)
        found = self._look(left, scope)
        if operator is None:
            return found[0] if found else None
        assert operator == "+"
        first, second = _unwrap(found), _unwrap(self._look(right, scope))
        if len(first) != 1 or len(second) != 1 or not (_number(first[0]) and _number(second[0])):
            raise ExpressionError
        return first[0] + second[0]

    def _look(self, term: str, scope: Scope) -> list[Any]:
        """What a path finds: no or one value."""
        if not term.startswith("$"):
            return [term[1:-1] if term.startswith('"') else int(term)]
        variable, *path = term[1:].split(".")
        value: Any = None
        if variable == "input":
            value = self.input
        elif variable == "error":
            value = next((s.handled for s in scope.around() if s.handled), None)
        elif variable in ("item", "index"):
            inner = next(s for s in scope.around() if s.item is not _MISSING)
            value = inner.item if variable == "item" else inner.index
        elif variable == "steps":
            value, path = self._state(path[0], scope), path[1:]
        for member in path:
            if not isinstance(value, dict) or member not in value:
                return []
            value = value[member]
        return [value]

    def _state(self, name: str, scope: Scope) -> dict[str, Any] | None:
        for around in scope.around():
            if any(s["name"] == name for s in around.steps):
                attempt = around.last.get(name)
                if attempt is None:
                    return {"output": None, "status": None}
                return {"output": attempt.output, "status": attempt.status}
        raise AssertionError(f"{name} cannot be read here")


def _failed(code: str) -> str:
    return "TIMEOUT" if code in ("TIMEOUT", "WAIT_TIMEOUT") else "FAILED"


def fits(step: dict[str, Any], output: Any) -> bool:
    """Does an output fit the step's schema? The generator knows one."""
    return step.get("output_schema") != {"type": "integer"} or _number(output)


def total_steps(document: dict[str, Any]) -> int:
    """How many steps a document has, whatever they are inside of."""
    return sum(1 + sum(1 for _ in _inside(step)) for step in document["steps"])


def _inside(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for inner in (
        *step.get("steps", ()),
        *(s for b in step.get("branches", {}).values() for s in b),
    ):
        yield inner
        yield from _inside(inner)


def _branch_order(branches: dict[str, Any]) -> list[str]:
    """The order in which jsonb keeps names."""
    return sorted(branches, key=lambda name: (len(name), name))


def _step(scope: Scope, name: str) -> dict[str, Any]:
    return next(step for step in scope.steps if step["name"] == name)


def _parsed(text: str) -> tuple[str, str | None, str]:
    match = _EXPRESSION.fullmatch(text)
    assert match, f"the reference does not know the expression {text}"
    return match[1], match[2], match[3]


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _unwrap(values: list[Any]) -> list[Any]:
    """Lax mode: operands that are arrays are taken as their elements."""
    return [e for v in values for e in (v if isinstance(v, list) else [v])]


def _compare(operator: str, left: list[Any], right: list[Any]) -> bool:
    return any(_pair(operator, a, b) for a in _unwrap(left) for b in _unwrap(right))


def _pair(operator: str, left: Any, right: Any) -> bool:
    if (left is None) != (right is None):
        return operator == "!="
    comparable = (_number(left) and _number(right)) or (
        isinstance(left, str) and isinstance(right, str)
    )
    if left is None:
        return operator == "=="
    if not comparable:
        return False
    return bool(
        {"==": left == right, "!=": left != right, ">": left > right, "<": left < right}[operator]
    )
