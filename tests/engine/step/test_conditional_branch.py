"""CONDITIONAL_BRANCH: the first branch whose condition holds decides."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from language import Language, sqlstate

VARIABLES: dict[str, Any] = {"input": {"score": 85}}
RULES = [
    {"when": "$input.score > 90", "then": "hot"},
    {
        "when": {"field": "$input.score", "operator": "greaterThan", "value": 80},
        "then": "warm",
        "name": "W",
    },
    {"when": "$input.score > 0", "then": "cold"},
]


def test_the_first_condition_that_holds_wins(language: Language) -> None:
    chosen = language.choose({"branches": RULES, "default": "none"}, {}, VARIABLES)

    assert chosen == {"matched": "W", "branch_to": "warm"}


def test_an_unnamed_branch_is_matched_by_its_position(language: Language) -> None:
    chosen = language.choose({"branches": RULES[1:] + RULES[:1]}, {}, {"input": {"score": 1}})

    assert chosen == {"matched": 1, "branch_to": "cold"}


def test_without_a_match_the_default_is_taken(language: Language) -> None:
    variables = {"input": {"score": -1}}

    assert language.choose({"branches": RULES, "default": "none"}, {}, variables) == {
        "matched": None,
        "branch_to": "none",
    }
    assert language.choose({"branches": RULES}, {}, variables) == {
        "matched": None,
        "branch_to": None,
    }


def test_conditions_after_the_match_are_not_evaluated(language: Language) -> None:
    rules = [{"when": True, "then": "a"}, {"when": "$input.score / 0", "then": "b"}]

    assert language.choose({"branches": rules}, {}, VARIABLES)["branch_to"] == "a"


@pytest.mark.parametrize(("x", "target"), [(1, "one"), (2, "two"), (3, "otherwise")])
def test_the_original_form_reads_the_steps_input(language: Language, x: int, target: str) -> None:
    config = {
        "conditions": [
            {"name": "1", "field": "x", "operator": "equals", "value": 1, "trueBranch": "one"},
            {
                "name": "2",
                "field": "x",
                "operator": "equals",
                "value": 2,
                "trueBranch": "two",
                "falseBranch": "otherwise",
            },
        ]
    }

    assert language.choose(config, {"x": x}, VARIABLES)["branch_to"] == target


@pytest.mark.parametrize(("x", "target"), [(1, "yes"), (2, "no")])
def test_one_condition_may_stand_in_the_config_itself(
    language: Language, x: int, target: str
) -> None:
    config = {
        "field": "x",
        "operator": "equals",
        "value": 1,
        "trueBranch": "yes",
        "falseBranch": "no",
    }

    assert language.choose(config, {"x": x}, VARIABLES)["branch_to"] == target


def test_a_default_goes_before_false_branches(language: Language) -> None:
    config = {
        "default": "d",
        "conditions": [{"field": "x", "operator": "exists", "trueBranch": "t", "falseBranch": "f"}],
    }

    assert language.choose(config, {}, VARIABLES) == {"matched": None, "branch_to": "d"}


@pytest.mark.parametrize(
    ("config", "state"),
    [
        ({}, "PB024"),
        ({"branches": {"a": 1}}, "PB024"),
        ({"branches": [{"when": {"field": "x", "operator": "?"}, "then": "a"}]}, "PB015"),
        ({"branches": [{"then": "a"}]}, "PB015"),
        ({"branches": [{"when": "$input.score / 0", "then": "a"}]}, "22012"),
    ],
)
def test_an_error_is_not_a_branch_not_taken(language: Language, config: object, state: str) -> None:
    with pytest.raises(psycopg.Error) as error:
        language.choose(config, {}, VARIABLES)
    assert sqlstate(error) == state
