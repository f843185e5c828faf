"""Random playbooks do in the engine what the reference says; `make fuzz` runs many more."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from build import Tenant, violations
from model.driver import Driver
from model.generator import Graph, graph

CHUNK = 75
# Who comes first and what goes wrong on the way is drawn anew for each.
ORDERS = 20
REGRESSIONS = sorted(Path(__file__).with_name("regressions").glob("*.json"))


@pytest.fixture
def driver(
    connect: Callable[..., psycopg.Connection[Any]], owner: psycopg.Connection[Any]
) -> Driver:
    return Driver(Tenant(connect("app"), connect("worker"), uuid.uuid4()), owner)


@pytest.mark.parametrize("chunk", range(4))
def test_random_playbooks_do_what_the_reference_says(driver: Driver, chunk: int) -> None:
    seeds = range(1 + chunk * CHUNK, 1 + (chunk + 1) * CHUNK)

    ends = Counter(driver.run(graph(seed)) for seed in seeds)

    assert ends["COMPLETED"] > 0 and ends["FAILED"] > 0 and ends["refused"] > 0
    assert violations(driver.owner) == []


@pytest.mark.parametrize("file", REGRESSIONS, ids=lambda file: file.stem)
def test_what_was_once_wrong_stays_right_in_any_order(driver: Driver, file: Path) -> None:
    kept = json.loads(file.read_text())
    made = Graph(
        kept["seed"],
        kept["document"],
        kept["input"],
        library=kept.get("library", []),
    )

    for order in range(ORDERS):
        driver.run(made, order)

    assert violations(driver.owner) == []


def test_the_generator_makes_all_kinds_of_playbooks() -> None:
    traits: Counter[str] = Counter()
    for seed in range(1, 1001):
        traits.update(graph(seed).traits)

    assert traits["cyclic"] >= 200 and traits["branching"] >= 300
    assert traits["fan-out"] >= 200 and traits["malformed"] >= 100
    assert traits["family"] >= 200 and traits["events"] >= 150 and traits["strangers"] >= 100
