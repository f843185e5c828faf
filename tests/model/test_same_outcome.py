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
from model.generator import Graph, graph
from model.ledger import Ledger
from model.records import Document, is_wait
from model.reports import HANDLER

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
    """A sound graph of this seed whose joins wait for everybody and whose waits for a person."""
    made = graph(seed)
    while made.refused or made.traits & {"events"}:
        made = graph(made.seed + 1_000_000)
    for step in all_steps(made):
        if step["type"] == "PARALLEL_EXECUTION":
            step["config"].pop("join", None)
            step["config"]["on_branch_failure"] = "continue"
    return made


def all_steps(made: Graph) -> Iterator[dict[str, Any]]:
    """Every step of a graph's documents."""
    for document in (made.document, *made.library):
        for steps in scopes(document["steps"]):
            yield from steps


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
        graph = Graph(made.seed, document or made.document, made.input, library=made.library)
        driver = Driver(tenant, self.owner)
        driver.apply(graph)
        execution = driver.start(graph, key="once" if replays else None)
        ledger = Ledger(self.owner, {execution: ""})
        dice = random.Random(workers)
        while ledger.states()[()].status in ("RUNNING", "PAUSED"):
            if replays:
                assert driver.start(graph, key="once") == execution
            play_round(tenant, ledger, made, dice, workers, names)
        return outcome(ledger, names)


def play_round(
    tenant: Tenant,
    ledger: Ledger,
    made: Graph,
    dice: random.Random,
    workers: int,
    names: Callable[[str], str],
) -> None:
    """Answer everything that waits, then claim and report as so many runners, in any order."""
    executions = ledger.states()
    waits = {step["name"] for step in all_steps(made) if is_wait(step)}
    for row in ledger.attempts():
        if row.status == "RUNNING" and json.loads(names(json.dumps(row.name))) in waits:
            around = (row.scope[:n] for n in range(len(row.scope), -1, -1))
            execution = next(executions[scope].id for scope in around if scope in executions)
            address = tenant.one(
                "select step_address from pbdb.playbook_inbox where step_result_id = %s", row.id
            )
            tenant.one("select pbdb.submit_step_input(%s, %s, '2')", execution, address)
    ledger.owner.execute(
        "update pbdb.playbook_ready_steps set due_at = clock_timestamp()"
        " where organization_id = %s and state = 'READY' and due_at > clock_timestamp()",
        (tenant.organization,),
    )
    held = []
    for worker in range(workers):
        held += tenant.claim(HANDLER, worker=f"w{worker}", limit=1 if workers > 1 else 9)
    dice.shuffle(held)
    keys = ledger.keys([step["step_result_id"] for step in held])
    for step in held:
        key = json.loads(names(json.dumps(keys[step["step_result_id"]])))
        kind, value = made.outcome_of(key)
        tenant.held["it"] = (step["step_result_id"], step["token"])
        if kind == "complete":
            tenant.complete("it", value)
        else:
            tenant.fail("it", **value)


def outcome(ledger: Ledger, names: Callable[[str], str]) -> Outcome:
    """[status, code, output, attempts]; steps named nothing… are left out."""
    states = ledger.states()
    # A guard that ends an execution cuts its branches where they are.
    is_cut = any(state.code == "MAX_VISITS" for state in states.values())
    rows = [row[1:] for row in ledger.attempts() if not row.name.startswith("nothing")]
    text = names(json.dumps([*states[()][1:4], [] if is_cut else rows]))
    status, code, output, rows = json.loads(text)
    return (status, code, None if is_cut else output, sorted(rows, key=json.dumps))


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
