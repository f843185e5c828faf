"""What the reference keeps of a run, and what can be read off a document without running it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from model.reference import Execution

Document = dict[str, Any]
Step = dict[str, Any]
Verb = Literal["complete", "fail"]
Key = tuple[tuple[str, int, str], ...]
INTEGER = {"type": "integer"}
HAS_V = {"type": "object", "required": ["v"]}
MISSING = object()
# The output of a runner whose text is no JSON.
NOT_JSON = object()


@dataclass(eq=False)
class Attempt:
    """One row of playbook_step_results."""

    execution: Execution
    step: Step
    scope: Scope
    visit: int
    number: int = 1
    status: str = "RUNNING"
    code: str | None = None
    output: Any = None
    # Kept at the door: the execution is paused, or a child that nobody has moved yet.
    is_held: bool = False
    # Which came first, whatever they are of.
    serial: int = field(default_factory=count().__next__)
    # Of a parallel step.
    scopes: list[Scope] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    # Of a step that called another playbook.
    child: Execution | None = None
    # Of a wait for an event: what the payload must contain.
    match: Any = None
    # (verb, value) of the report that ended it.
    report: tuple[Verb, Any] | None = None

    @property
    def name(self) -> str:
        return str(self.step["name"])

    @property
    def address(self) -> str:
        """Its name with the positions of the items around it, the outermost first."""
        places: list[str] = []
        scope = self.scope
        while scope.parent is not None:
            if scope.item is not MISSING:
                places.append(f"[{scope.index}]")
            scope = scope.parent.scope
        return self.name + "".join(reversed(places))

    @property
    def is_open(self) -> bool:
        return self.status in ("PENDING", "RUNNING")

    @property
    def key(self) -> tuple[Key, str, int, int]:
        return (self.scope.key, self.name, self.visit, self.number)


@dataclass(eq=False)
class Scope:
    """The playbook, a branch, or an item: control stands at one place in it."""

    steps: list[Step]
    parent: Attempt | None = None
    label: str = ""
    item: Any = MISSING
    index: int = 0
    # Of the playbook itself: who called it, or which of several starts it is.
    caller: Attempt | None = None
    status: str = "RUNNING"
    output: Any = None
    error: dict[str, Any] | None = None
    handled: dict[str, Any] | None = None
    last: dict[str, Attempt] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Where it is: () for the first playbook started, children inside the steps that call them."""
        if self.parent is not None:
            return (*self.parent.scope.key, (self.parent.name, self.parent.visit, self.label))
        if self.caller is not None:
            return (*self.caller.scope.key, (self.caller.name, self.caller.visit, "call"))
        return ((self.label, 0, "start"),) if self.label else ()

    def around(self) -> Iterator[Scope]:
        """Itself and the scopes around it in its playbook, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent.scope if scope.parent else None

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step["name"] == name)


def is_claimed(step: Step) -> bool:
    """Does a runner do it?"""
    return step["type"] == "CUSTOM_FUNCTION" and not is_call(step)


def is_call(step: Step) -> bool:
    """Does another playbook do it?"""
    return "playbook" in step.get("config", {})


def is_wait(step: Step) -> bool:
    return bool(step["type"] == "WAIT_FOR_INPUT")


def failed(code: str) -> str:
    """The status of an attempt that ends with this code."""
    return "TIMEOUT" if code in ("TIMEOUT", "WAIT_TIMEOUT") else "FAILED"


def fits(step: dict[str, Any], output: Any) -> bool:
    """Does an output fit the schemas of a step or playbook? The generator knows two."""
    schemas = (step.get("output_schema"), step.get("config", {}).get("schema"))
    return (INTEGER not in schemas or is_number(output)) and (
        HAS_V not in schemas or (isinstance(output, dict) and "v" in output)
    )


def is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def contains(value: Any, part: Any) -> bool:
    """jsonb's @> for objects."""
    if isinstance(part, dict):
        return isinstance(value, dict) and all(
            key in value and contains(value[key], inner) for key, inner in part.items()
        )
    if isinstance(part, list):
        return isinstance(value, list) and all(
            any(contains(there, inner) for there in value) for inner in part
        )
    return type(value) is type(part) and bool(value == part)


def total_steps(document: Document) -> int:
    """How many steps a document has, whatever they are inside of."""
    return sum(1 + sum(1 for _ in inside(step)) for step in document["steps"])


def inside(step: Step) -> Iterator[Step]:
    """The steps inside a step, at any depth."""
    for inner in (
        *step.get("steps", ()),
        *(s for b in step.get("branches", {}).values() for s in b),
    ):
        yield inner
        yield from inside(inner)


def branch_order(branches: dict[str, Any]) -> list[str]:
    """The order in which jsonb keeps names."""
    return sorted(branches, key=lambda name: (len(name), name))
