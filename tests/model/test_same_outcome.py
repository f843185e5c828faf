"""Changes to a playbook, or to how it is run, that must not change its outcome.

Random playbooks whose joins wait for all branches, so that the order in which runners report does not
matter to them; step outcomes depend on the step, its place, visit and attempt only.
"""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import psycopg
import pytest

from build import Tenant, violations
from model.driver import Driver
from model.generator import Document, Graph, graph

SEEDS = range(5000, 5006)
Outcome = tuple[Any, ...]


def scopes(steps: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Every list of steps in a document."""
    yield steps
    for step in steps:
        for inner in (*step.get("branches", {}).values(), step.get("steps", [])):
            if inner:
                yield from scopes(inner)


def patient(seed: int) -> Graph:
    """A sound graph of this seed whose joins wait for everybody."""
    made = graph(seed)
    while made.refused:
        made = graph(made.seed + 1_000_000)
    for steps in scopes(made.document["steps"]):
        for step in steps:
            if step["type"] == "PARALLEL_EXECUTION":
                step["config"].pop("join", None)
                step["config"]["on_branch_failure"] = "continue"
    return made


class Stage:
    """Runs graphs to their end, without a reference."""

    def __init__(self, connect: Callable[..., psycopg.Connection[Any]]) -> None:
        self.connect, self.owner = connect, connect("owner")

    def play(
        self,
        made: Graph,
        document: Document | None = None,
        *,
        workers: int = 1,
        replays: bool = False,
        names: Callable[[str], str] = lambda text: text,
    ) -> Outcome:
        """The outcome in a tenant of its own, in the names of the graph's document."""
        tenant = Tenant(self.connect("app"), self.connect("worker"), uuid.uuid4())
        document = document or made.document
        driver = Driver(tenant, self.owner)
        run = driver.begin(Graph(made.seed, document, made.input), key="once" if replays else None)
        dice = random.Random(workers)
        while run.engine_status() in ("RUNNING", "PAUSED"):
            if replays:
                again = tenant.start(made.input, name=document["name"], key="once")
                assert again == run.execution
            run.play_round(made, dice, workers, names)
        text = names(json.dumps(run.outcome()))
        status, code, output, rows = json.loads(text)
        rows = sorted(rows, key=json.dumps)
        # A guard that ends the execution cuts the others where they are.
        return (status, code) if code == "MAX_VISITS" else (status, code, output, rows)


@pytest.fixture
def stage(connect: Callable[..., psycopg.Connection[Any]]) -> Iterator[Stage]:
    found = Stage(connect)
    yield found
    assert violations(found.owner) == []


def test_the_names_of_the_steps(stage: Stage) -> None:
    for made in map(patient, SEEDS):
        text = re.sub(r"\bs(\d+)\b", r"n\1x", json.dumps(made.document))

        other = stage.play(
            made, json.loads(text), names=lambda text: re.sub(r"\bn(\d+)x\b", r"s\1", text)
        )

        assert other == stage.play(made), made.seed


def test_the_order_in_which_steps_are_written_down(stage: Stage) -> None:
    for made in map(patient, SEEDS):
        document = deepcopy(made.document)
        for position, step in enumerate(_depth_first(document["steps"]), 1):
            step["order"] = position
        dice = random.Random(made.seed)
        for steps in list(scopes(document["steps"])):
            dice.shuffle(steps)

        assert stage.play(made, document) == stage.play(made), made.seed


def test_steps_that_do_nothing(stage: Stage) -> None:
    for made in map(patient, SEEDS):
        document = deepcopy(made.document)
        for number, steps in enumerate(list(scopes(document["steps"]))):
            name = f"nothing{number}"
            idle = {"name": name, "type": "DATA_TRANSFORM", "config": {"output": 1}}
            steps.insert(0, {**idle, "condition": "1 == 2"})

        assert stage.play(made, document) == stage.play(made), made.seed


@pytest.mark.parametrize("workers", [2, 8])
def test_how_many_runners_there_are(stage: Stage, workers: int) -> None:
    for made in map(patient, SEEDS):
        assert stage.play(made, workers=workers) == stage.play(made), made.seed


def test_starting_again_with_the_same_key(stage: Stage) -> None:
    for made in map(patient, SEEDS):
        assert stage.play(made, replays=True) == stage.play(made), made.seed


def _depth_first(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield step
        branches = step.get("branches", {})
        for name in sorted(branches, key=lambda name: (len(name), name)):
            yield from _depth_first(branches[name])
        yield from _depth_first(step.get("steps", []))
