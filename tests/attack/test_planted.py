"""Nothing that a caller plants runs as somebody else; `make attack` plants each name by itself too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from attack import planted, queries
from server import Server

Furnished = tuple[queries.Arena, dict[str, Any]]


@pytest.fixture(scope="module")
def furnished(migrated: Server) -> Iterator[Furnished]:
    with queries.arena(migrated) as room:
        yield room, planted.furnish(room)


@pytest.fixture(scope="module")
def broken(migrated: Server) -> Iterator[Furnished]:
    with queries.arena(migrated) as room:
        values = planted.furnish(room)
        planted.break_(room.owner)
        yield room, values


@pytest.mark.parametrize("role", planted.ROLES)
def test_what_a_caller_plants_runs_as_the_caller_only(furnished: Furnished, role: str) -> None:
    planter = planted.plant(furnished[0], role, furnished[1], None, planted.USUAL)

    assert planter.calls > 200
    assert planter.found == []


@pytest.mark.parametrize("role", ["app", "worker"])
def test_with_an_empty_search_path_it_would_run_as_the_owner(broken: Furnished, role: str) -> None:
    names = [("jsonb",), ("text",)]

    found = planted.plant(broken[0], role, broken[1], *names).found

    assert [each for each in found if "pbdb_owner" in each]


def test_a_query_could_call_what_is_planted(broken: Furnished) -> None:
    found = planted.plant(broken[0], "app", broken[1], ("planted",)).found

    assert [each for each in found if "a query that calls" in each and "pbdb_query" in each]
