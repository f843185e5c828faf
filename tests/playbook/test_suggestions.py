"""Did you mean: the nearest known word, for what a hint may cost."""

from __future__ import annotations

from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]
words = st.text(st.sampled_from("abcé_😀"), max_size=45)


def _distance(left: str, right: str) -> int:
    above = list(range(len(right[:40]) + 1))
    for row, letter in enumerate(left[:40], 1):
        cells = [row]
        for column, other in enumerate(right[:40], 1):
            change = above[column - 1] + (letter != other)
            cells.append(min(cells[-1] + 1, above[column] + 1, change))
        above = cells
    return above[-1]


@given(left=words, right=words)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_distance_is_the_number_of_edits(owner: Connection, left: str, right: str) -> None:
    row = owner.execute("select pbdb._edit_distance(%s, %s)", (left, right)).fetchone()

    assert row == (_distance(left, right),)


def test_only_the_first_of_many_unknown_names_are_searched_for(tenant: Any, step: Any) -> None:
    links = [step(f"step_{n}", on_success=f"stap_{n}") for n in range(30)]
    paths = [step(f"step_{n}", config={"output": f"$steps.stap_{n}.output"}) for n in range(30)]
    targets = [
        {
            "name": f"step_{n}",
            "type": "CONDITIONAL_BRANCH",
            "config": {"branches": [{"when": "$input.x == 1", "then": f"stap_{n}"}]},
        }
        for n in range(30)
    ]
    for steps in (links, paths, targets):
        issues = tenant.value(
            "select issues from pbdb.check_playbook(%s)", Jsonb({"name": "p", "steps": steps})
        )
        hints = [issue["hint"] for issue in issues if "stap_" in issue["message"]]
        assert len(hints) == 30
        assert sum("Did you mean" in hint for hint in hints) == 20
        assert sum(hint == "See the first ones." for hint in hints) == 10


def test_a_document_that_is_too_large_is_not_looked_into(
    tenant: Any, step: Any, fails: Any
) -> None:
    broken = [step(f"s{n}", on_success="nobody", nonsense=1) for n in range(50)]
    with fails("PB009") as caught:
        tenant.imports({"name": "p", "description": "x" * 1_100_000, "steps": broken})

    assert caught.value.diag.message_detail.count("\n") == 0
    assert "1048576 is the most" in caught.value.diag.message_primary
