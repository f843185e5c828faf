"""A query leaves nothing behind: a part of the corpus in each way that a query can run.

`make attack` runs all of it in each way.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attack import queries
from server import Server

TELLING = {"a claim", "a seed", "an advisory lock", "a row and a setting"}


@pytest.fixture(scope="module")
def arena(migrated: Server) -> Iterator[queries.Arena]:
    with queries.arena(migrated) as made:
        yield made


@pytest.mark.parametrize("way", queries.WAYS)
def test_a_query_leaves_its_session_as_it_was(arena: queries.Arena, way: str) -> None:
    turn = list(queries.WAYS).index(way)
    cases = queries.CASES[turn :: len(queries.WAYS)]

    judged = queries.run(arena, way, cases)

    assert judged.tried == len(cases) > 60
    assert judged.found == []


@pytest.mark.parametrize("way", queries.WAYS)
def test_where_nothing_guards_the_judge_sees_it(migrated: Server, way: str) -> None:
    cases = [case for case in queries.CASES if case[1] in TELLING]
    with queries.arena(migrated, is_broken=True) as room:
        judged = queries.run(room, way, cases)

    seen = {title for title in TELLING if any(f"{title}:" in found for found in judged.found)}
    assert seen == TELLING
