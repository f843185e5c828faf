"""Random playbook documents, and what a scripted runner does with each of their steps."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from model.reference import Attempt

Document = dict[str, Any]


@dataclass(slots=True)
class Graph:
    """A document, an input, and what it was made to have."""

    seed: int
    document: Document
    input: dict[str, Any]
    traits: set[str] = field(default_factory=set)
    # SQLSTATEs of which one must refuse a malformed document.
    refused: tuple[str, ...] = ()

    def outcome(self, attempt: Attempt) -> tuple[str, Any]:
        """What happens to this attempt, whenever it happens: ("complete", 3), ("fail", …)."""
        return self.outcome_of(attempt.key)

    def outcome_of(self, key: Any) -> tuple[str, Any]:
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


class _Builder:
    def __init__(self, seed: int) -> None:
        self.seed, self.dice, self.count = seed, random.Random(seed), 0
        self.traits = {
            trait
            for trait, share in {"cyclic": 0.35, "branching": 0.5, "fan-out": 0.45}.items()
            if self.dice.random() < share
        }

    def graph(self) -> Graph:
        dice = self.dice
        steps = self.steps(0, [], False)
        document: Document = {
            "name": f"graph {self.seed}",
            "steps": steps,
            "retry_delay_seconds": 0,
        }
        if self.chance(0.3):
            document["max_retries"] = dice.randint(0, 2)
        if self.chance(0.15):
            names = [step["name"] for step in steps]
            document["output_mapping"] = {"o": self.expression(names, False), "n": 1}
        if self.chance(0.06):
            document["output_schema"] = {"type": "integer"}
        given = {
            "n": dice.randint(0, 4),
            "word": "q",
            "items": [dice.choice([0, 1, 2, 3, "a"]) for _ in range(dice.randint(0, 5))],
        }
        made = Graph(self.seed, document, given, self.traits)
        if self.chance(0.12):
            made.traits.add("malformed")
            made.refused = _break(document, dice)
        return made

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
        made = [dice.choice(kinds) for _ in names]
        if depth == 0 and "fan-out" in self.traits:
            made[dice.randrange(length)] = "PARALLEL_EXECUTION"
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
        step: dict[str, Any] = {"name": name, "type": kind}
        if kind == "DATA_TRANSFORM":
            step["config"] = {"output": self.mapping(seen, has_item)}
            if self.chance(0.08):
                step["output_schema"] = {"type": "integer"}
        elif kind == "CUSTOM_FUNCTION":
            step["config"] = {"function": "scripted"}
            if self.chance(0.6):
                step["max_retries"] = dice.randint(0, 2)
            if self.chance(0.2):
                step["input_mapping"] = {"x": self.expression(seen, has_item)}
            if self.chance(0.2):
                step["output_schema"] = {"type": "integer"}
        elif kind == "PROMPT_TEMPLATE":
            step["config"] = {"template": "n is {{ input.n }}"}
        elif kind == "WAIT_FOR_INPUT":
            step["config"] = {"prompt": "?"}
            if self.chance(0.5):
                step["config"]["timeout_seconds"] = 86400
        elif kind == "CONDITIONAL_BRANCH":
            step["config"] = self.branch(name, names, seen, has_item)
        else:
            inner = [other for other in seen if other != name]
            self.parallel(step, depth, inner, has_item)
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


# Each breaks a sound document in one way; with the SQLSTATEs that may refuse it.
_Breakage = tuple[Callable[[Document, dict[str, Any]], None], tuple[str, ...]]
_INVALID, _UNSOUND = ("PB009",), ("PB010",)
_EITHER = ("PB009", "PB010")


def _set(**fields: Any) -> Callable[[Document, dict[str, Any]], None]:
    return lambda _, step: step.update(deepcopy(fields))


_BREAKAGES: list[_Breakage] = [
    (_set(on_success="nowhere"), _EITHER),
    (_set(on_failure="nowhere"), _EITHER),
    (_set(type="TELEPATHY"), _EITHER),
    (_set(condition="$input.n >"), _EITHER),
    (_set(condition="$nobody.n > 1"), _EITHER),
    (_set(condition={"field": "$input.n", "operator": "resembles", "value": 1}), _EITHER),
    (_set(input_mapping={"x": "$steps.nowhere.output"}), _EITHER),
    (_set(max_retries=-1), _EITHER),
    (_set(max_retries="many"), _EITHER),
    (_set(max_visits=0), _EITHER),
    (_set(timeout_seconds=-5), _EITHER),
    (_set(is_final="perhaps"), _EITHER),
    (_set(on_sucess="s1"), _EITHER),
    (_set(config="text"), _EITHER),
    (_set(type="DATA_TRANSFORM", config={"output": "$input.["}), _EITHER),
    (_set(type="CONDITIONAL_BRANCH", config={"branches": []}), _EITHER),
    (
        _set(
            type="CONDITIONAL_BRANCH", config={"branches": [{"when": "1 == 1", "then": "nowhere"}]}
        ),
        _EITHER,
    ),
    (_set(type="PARALLEL_EXECUTION", config={}, branches={}), _EITHER),
    (_set(output_schema={"type": "nothing"}), _EITHER),
    (_set(name=""), _EITHER),
    (lambda d, s: d["steps"].append(deepcopy(s)), _EITHER),
    (lambda d, _: d.update(steps=[]), _EITHER),
    (lambda d, _: d.update(steps="s1"), _EITHER),
    (lambda d, _: d.pop("name"), _EITHER),
    (lambda d, _: d.update(output_mapping="$steps.nowhere.output"), _EITHER),
    (lambda d, _: d.update(unheard_of=1), _EITHER),
]


def _break(document: Document, dice: random.Random) -> tuple[str, ...]:
    breakage, refused = dice.choice(_BREAKAGES)
    breakage(document, dice.choice(document["steps"]))
    return refused
