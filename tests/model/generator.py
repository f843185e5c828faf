"""Random playbook documents, and what a scripted runner does with each of their steps."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from model.breakages import break_one
from model.events import Trigger
from model.records import HAS_V, INTEGER, Attempt, Document, Verb

EVENTS = ("go", "stop")


@dataclass(slots=True)
class Graph:
    """A document, an input, and what it was made to have."""

    seed: int
    document: Document
    input: dict[str, Any]
    traits: set[str] = field(default_factory=set)
    # SQLSTATEs of which one must refuse a malformed document.
    refused: tuple[str, ...] = ()
    # The playbooks that it calls, and those that they call.
    library: list[Document] = field(default_factory=list)
    # Executions besides: (playbook, input).
    strangers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)

    def outcome(self, attempt: Attempt) -> tuple[Verb, Any]:
        """What happens to this attempt, whenever it happens: ("complete", 3), ("fail", …)."""
        return self.outcome_of(attempt.key)

    def outcome_of(self, key: Any) -> tuple[Verb, Any]:
        """The same, by the key of the attempt."""
        scope, *rest = key
        dice = random.Random(f"{self.seed}/{(tuple(map(tuple, scope)), *rest)}")
        roll = dice.random()
        if roll < 0.68:
            return "complete", dice.choice([0, 1, 2, 3, 4, None, "text", [1], [1, 2], {"v": 1}])
        if roll < 0.9:
            return "fail", {"code": "BOOM", "message": "scripted"}
        return "fail", {"code": "FATAL", "message": "scripted", "permanent": True}


def graph(seed: int) -> Graph:
    """The document of this seed."""
    return _Builder(seed).graph()


_SHARES = {"cyclic": 0.35, "branching": 0.5, "fan-out": 0.45, "family": 0.3, "events": 0.25}


class _Builder:
    def __init__(self, seed: int) -> None:
        self.seed, self.dice, self.count = seed, random.Random(seed), 0
        self.traits = {trait for trait, share in _SHARES.items() if self.dice.random() < share}
        # What the document that is being built may call.
        self.callees: list[str] = []

    def graph(self) -> Graph:
        dice = self.dice
        made = Graph(self.seed, {}, self.input(), self.traits)
        if "family" in self.traits:
            made.library = self.library()
        made.document = self.document(f"graph {self.seed}", 0)
        if self.chance(0.12):
            made.traits.add("malformed")
            made.refused = break_one(made.document, dice)
        if self.chance(0.35 if "events" in self.traits else 0.15):
            made.traits.add("strangers")
            names = [d["name"] for d in [made.document, *made.library] if "name" in d]
            made.strangers = [
                (dice.choice(names), self.input()) for _ in range(dice.randint(1, 2)) if names
            ]
        if "events" in self.traits and self.chance(0.3) and not made.refused:
            match = {"k": dice.randint(0, 4)} if self.chance(0.5) else {}
            made.triggers = [
                Trigger(dice.choice(EVENTS), match, made.document["name"], self.input())
            ]
        return made

    def library(self) -> list[Document]:
        """A playbook or two, and perhaps one that they call; whom others call stands first."""
        made = []
        for n in range(self.dice.randint(1, 3)):
            made.append(self.document(f"graph {self.seed} child {n}", 1))
            # The first is called by the others too.
            self.callees.append(made[-1]["name"])
        return made

    def input(self) -> dict[str, Any]:
        dice = self.dice
        return {
            "n": dice.randint(0, 4),
            "word": "q",
            "items": [dice.choice([0, 1, 2, 3, "a"]) for _ in range(dice.randint(0, 5))],
        }

    def document(self, name: str, depth: int) -> Document:
        """A playbook; at depth 1 a small one, to be called."""
        dice = self.dice
        steps = self.steps(depth, [], False)
        document: Document = {"name": name, "steps": steps, "retry_delay_seconds": 0}
        if self.chance(0.3):
            document["max_retries"] = dice.randint(0, 2)
        if self.chance(0.15):
            names = [step["name"] for step in steps]
            document["output_mapping"] = {"o": self.expression(names, False), "n": 1}
        if self.chance(0.06):
            document["output_schema"] = INTEGER
        return document

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def steps(self, depth: int, outer: list[str], has_item: bool) -> list[dict[str, Any]]:
        """The steps of one scope; `outer` are names of the scopes around it."""
        dice = self.dice
        length = dice.randint(2, 5) if depth == 0 else dice.randint(1, 3)
        names = []
        for _ in range(length):
            self.count += 1
            names.append(f"s{self.count}")
        kinds = ["DATA_TRANSFORM", "CUSTOM_FUNCTION", "CUSTOM_FUNCTION", "WAIT_FOR_INPUT"]
        kinds += ["PROMPT_TEMPLATE"] * self.chance(0.3)
        kinds += ["DATA_TRANSFORM"] + ["CONDITIONAL_BRANCH"] * 2 * ("branching" in self.traits)
        kinds += ["PARALLEL_EXECUTION"] * (2 - depth) * ("fan-out" in self.traits)
        kinds += ["call"] * 3 * bool(self.callees)
        kinds += ["event"] * 3 * ("events" in self.traits)
        made = [dice.choice(kinds) for _ in names]
        if depth == 0 and "fan-out" in self.traits:
            made[dice.randrange(length)] = "PARALLEL_EXECUTION"
        if self.callees and self.chance(0.4):
            made[0] = "race"
        elif depth == 1 and not outer and self.chance(0.5):
            made[0] = "CUSTOM_FUNCTION"
        if depth == 0 and "branching" in self.traits and "CONDITIONAL_BRANCH" not in made:
            made[0 if made[0] != "PARALLEL_EXECUTION" else 1] = "CONDITIONAL_BRANCH"
        return [
            self.step(name, kind, names, depth, outer + names, has_item)
            for name, kind in zip(names, made, strict=True)
        ]

    def step(
        self, name: str, kind: str, names: list[str], depth: int, seen: list[str], has_item: bool
    ) -> dict[str, Any]:
        dice = self.dice
        types = {
            "call": "CUSTOM_FUNCTION",
            "event": "WAIT_FOR_INPUT",
            "race": "PARALLEL_EXECUTION",
        }
        step: dict[str, Any] = {"name": name, "type": types.get(kind, kind)}
        if kind == "DATA_TRANSFORM":
            step["config"] = {"output": self.mapping(seen, has_item)}
            if self.chance(0.08):
                step["output_schema"] = INTEGER
        elif kind == "CUSTOM_FUNCTION":
            step["config"] = {"function": "scripted"}
            if self.chance(0.6):
                step["max_retries"] = dice.randint(0, 2)
            if self.chance(0.2):
                step["input_mapping"] = {"x": self.expression(seen, has_item)}
            if self.chance(0.2):
                step["output_schema"] = INTEGER
        elif kind == "call":
            self.call(step, seen, has_item)
        elif kind == "event":
            self.event(step, seen, has_item)
        elif kind == "PROMPT_TEMPLATE":
            step["config"] = {"template": "word is {{ input.word }}"}
        elif kind == "WAIT_FOR_INPUT":
            step["config"] = {"prompt": "?"}
            if self.chance(0.5):
                step["config"]["timeout_seconds"] = 86400
        elif kind == "CONDITIONAL_BRANCH":
            step["config"] = self.branch(name, names, seen, has_item)
        else:
            inner = [other for other in seen if other != name]
            self.parallel(step, depth, inner, has_item)
            if kind == "race":
                self.race(step, inner, has_item)
        if self.chance(0.15):
            step["condition"] = self.condition(seen, has_item)
        if self.chance(0.12):
            step["is_final"] = True
        elif self.chance(0.15):
            self.link(step, "on_success", names)
        if self.chance(0.25):
            self.link(step, "on_failure", names)
        if self.chance(0.15):
            step["is_optional"] = True
        if "cyclic" in self.traits:
            step["max_visits"] = dice.randint(1, 4)
        return step

    def target(self, name: str, names: list[str]) -> str | None:
        """A step that this one may lead to: forward, or anywhere when it may be cyclic."""
        after = names[names.index(name) + 1 :]
        if "cyclic" in self.traits and self.chance(0.6):
            after = names
        return self.dice.choice(after) if after else None

    def link(self, step: dict[str, Any], key: str, names: list[str]) -> None:
        target = self.target(step["name"], names)
        if target is not None:
            step[key] = target

    def branch(
        self, name: str, names: list[str], seen: list[str], has_item: bool
    ) -> dict[str, Any]:
        cases = []
        for _ in range(self.dice.randint(1, 3)):
            target = self.target(name, names)
            if target:
                cases.append({"when": self.condition(seen, has_item), "then": target})
        if not cases:
            cases = [{"when": self.condition(seen, has_item), "then": names[-1]}]
            if names[-1] == name:
                cases[0]["when"] = "1 == 2"
        config: dict[str, Any] = {"branches": cases}
        default = self.target(name, names)
        if default and self.chance(0.5):
            config["default"] = default
        return config

    def call(self, step: dict[str, Any], seen: list[str], has_item: bool) -> None:
        step["config"] = {"playbook": self.dice.choice(self.callees)}
        if self.chance(0.04):
            step["config"]["playbook"] = f"graph {self.seed} nobody"
        if self.chance(0.5):
            step["input_mapping"] = {
                "n": self.expression(seen, has_item),
                "word": "q",
                "items": [self.expression(seen, has_item)] if self.chance(0.7) else "$input.items",
            }
        if self.chance(0.15):
            step["output_schema"] = INTEGER

    def event(self, step: dict[str, Any], seen: list[str], has_item: bool) -> None:
        config: dict[str, Any] = {"event": self.dice.choice(EVENTS)}
        if self.chance(0.35):
            config["match"] = {"k": self.expression(seen, has_item)}
        if self.chance(0.2):
            config["schema"] = HAS_V
        if self.chance(0.5):
            config["timeout_seconds"] = 86400
        step["config"] = config

    def parallel(self, step: dict[str, Any], depth: int, seen: list[str], has_item: bool) -> None:
        dice = self.dice
        config: dict[str, Any] = {}
        size = 3
        if self.chance(0.5):
            config["for_each"] = (
                self.expression(seen, has_item) if self.chance(0.1) else "$input.items"
            )
            step["steps"] = self.steps(depth + 1, seen, True)
        else:
            size = dice.randint(1, 3)
            names = dice.sample(["a", "b", "zz", "left", "y"], size)
            step["branches"] = {n: self.steps(depth + 1, seen, has_item) for n in names}
        roll = dice.random()
        if roll < 0.25:
            config["join"] = "any"
        elif roll < 0.45:
            config["join"] = {"at_least": dice.randint(1, size)}
        elif roll < 0.7:
            config["on_branch_failure"] = "continue"
        if self.chance(0.4):
            config["max_parallel"] = dice.randint(1, 3)
        step["config"] = config

    def race(self, step: dict[str, Any], seen: list[str], has_item: bool) -> None:
        """Branches of which some call playbooks and some are over sooner."""
        step.pop("steps", None)
        step["config"].pop("for_each", None)
        branches = step["branches"] = {}
        for label, kind in (("a", "CUSTOM_FUNCTION"), ("b", "call"), ("c", "call")):
            if label != "c" or self.chance(0.4):
                self.count += 1
                name = f"s{self.count}"
                branches[label] = [self.step(name, kind, [name], 2, [*seen, name], has_item)]

    def expression(self, seen: list[str], has_item: bool) -> Any:
        dice = self.dice
        paths = ["$input.n", "$input.word", "$error.code", "$error.step"]
        if seen:
            paths += [f"$steps.{dice.choice(seen)}.output" for _ in range(5)]
            paths += [f"$steps.{dice.choice(seen)}.status"]
        if has_item:
            paths += ["$item", "$item", "$index"]
        path = dice.choice(paths)
        return f"{path} + {dice.randint(1, 3)}" if self.chance(0.3) else path

    def mapping(self, seen: list[str], has_item: bool) -> Any:
        roll = self.dice.random()
        if roll < 0.3:
            return self.dice.randint(0, 4)
        if roll < 0.6:
            return self.expression(seen, has_item)
        if roll < 0.7:
            return [1, self.expression(seen, has_item)]
        return {"v": self.expression(seen, has_item)}

    def condition(self, seen: list[str], has_item: bool) -> str:
        dice = self.dice
        terms = ["$input.n"] * 3 + ["$item", "$index"] * has_item
        if seen:
            terms += [f"$steps.{dice.choice(seen)}.output" for _ in range(5)]
        if seen and self.chance(0.15):
            return f'$steps.{dice.choice(seen)}.status == "{dice.choice(("COMPLETED", "SKIPPED", "FAILED"))}"'
        return f"{dice.choice(terms)} {dice.choice(('==', '!=', '>', '<'))} {dice.randint(0, 4)}"
