"""Hostile values break nothing, wherever they come in: a part of the calls that `make attack` makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from attack import hostile, queries
from server import Server

Furnished = tuple[queries.Arena, dict[str, Any]]


@pytest.fixture(scope="module")
def furnished(migrated: Server) -> Iterator[Furnished]:
    with queries.arena(migrated) as room:
        yield room, hostile.furnish(room)


@pytest.mark.parametrize("role", hostile.ROLES)
def test_hostile_values_are_refused_or_harm_nobody(furnished: Furnished, role: str) -> None:
    fuzzer = hostile.Fuzzer(furnished[0], role, furnished[1])

    # A number without a common factor with those of values and places, so that each has its turn.
    fuzzer.attack(every=13 if role == "app" else 3)

    assert fuzzer.calls > 15
    assert fuzzer.found == []


def test_without_doors_the_judge_sees_it(migrated: Server) -> None:
    with queries.arena(migrated) as room:
        values = hostile.furnish(room)
        hostile.break_(room.owner)
        fuzzer = hostile.Fuzzer(room, "app", values)
        fuzzer.attack(("define_agent",))

    assert [each for each in fuzzer.found if "10 MB" in each]
    assert [each for each in fuzzer.found if "cannot be read" in each]
