"""Conditions: path predicates, comparisons, and all, any, not around them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language import Language, sqlstate

VARIABLES: dict[str, Any] = {
    "input": {
        "score": 85,
        "age": "42",
        "name": "Ann",
        "tags": ["new", "hot", {"a": 1}, [1, 2]],
        "zero": 0,
        "off": False,
        "none": None,
        "empty": "",
        "list": [],
        "object": {},
        "a.b": "dotted",
        "deep": {"er": 1},
        "limit": 80,
        "day": "2026-03-01",
    },
    "step_1_output": {"score": 85},
    "steps": {"qualify": None},
}


def _compare(field: str, operator: str, *value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, **({"value": value[0]} if value else {})}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (_compare("score", "equals", 85), True),
        (_compare("score", "equals", 85.0), True),
        (_compare("score", "equals", "85"), False),
        (_compare("tags", "equals", ["new", "hot", {"a": 1}, [1, 2]]), True),
        (_compare("score", "notEquals", 85), False),
        (_compare("nobody", "notEquals", 85), True),
        (_compare("nobody", "equals", None), True),
        (_compare("score", "greaterThan", 80), True),
        (_compare("score", "greaterThan", 85), False),
        (_compare("score", "greaterThanOrEqual", 85), True),
        (_compare("score", "lessThan", 100), True),
        (_compare("score", "lessThanOrEqual", 84.9), False),
        (_compare("age", "greaterThan", 5), True),
        (_compare("score", "lessThan", " 1e2 "), True),
        (_compare("name", "greaterThan", 5), False),
        (_compare("name", "lessThan", 5), False),
        (_compare("nobody", "lessThan", 5), False),
        (_compare("off", "lessThan", True), False),
        (_compare("day", "lessThan", "2026-10-01"), True),
        (_compare("name", "lessThan", "ann"), True),
        (_compare("name", "contains", "nn"), True),
        (_compare("name", "contains", "x"), False),
        (_compare("tags", "contains", "hot"), True),
        (_compare("tags", "contains", "ho"), False),
        (_compare("tags", "contains", {"a": 1}), True),
        (_compare("tags", "contains", {}), False),
        (_compare("tags", "contains", [1]), False),
        (_compare("tags", "contains", [2, 1]), False),
        (_compare("age", "contains", 4), True),
        (_compare("nobody", "contains", "x"), False),
        (_compare("name", "startsWith", "An"), True),
        (_compare("name", "startsWith", "nn"), False),
        (_compare("name", "endsWith", "nn"), True),
        (_compare("name", "endsWith", ""), True),
        (_compare("nobody", "endsWith", ""), False),
        (_compare("name", "in", ["Bob", "Ann"]), True),
        (_compare("score", "in", [84, 86]), False),
        (_compare("name", "in", "Ann"), False),
        (_compare("nobody", "in", [None]), True),
        (_compare("score", "exists"), True),
        (_compare("zero", "exists"), True),
        (_compare("none", "exists"), False),
        (_compare("nobody", "exists"), False),
        (_compare("empty", "isEmpty"), True),
        (_compare("list", "isEmpty"), True),
        (_compare("object", "isEmpty"), True),
        (_compare("none", "isEmpty"), True),
        (_compare("nobody", "isEmpty"), True),
        (_compare("zero", "isEmpty"), False),
        (_compare("off", "isEmpty"), False),
        (_compare("name", "isEmpty"), False),
    ],
)
def test_an_operator_compares(language: Language, condition: object, holds: bool) -> None:
    assert language.holds(condition, VARIABLES) is holds


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (_compare("$step_1_output.score", "greaterThan", "$input.limit"), True),
        (_compare("$input.deep.er", "equals", 1), True),
        (_compare("deep.er", "equals", 1), True),
        (_compare("a.b", "equals", "dotted"), True),
        (_compare("$context.step_1_output", "equals", {"score": 85}), True),
        (_compare("name", "in", ["$input.name"]), True),
        (_compare("name", "equals", "$$x"), False),
        ({"type": "simple", **_compare("$input.score", "equals", 85)}, True),
    ],
)
def test_fields_and_values_may_be_paths(language: Language, condition: object, holds: bool) -> None:
    assert language.holds(condition, VARIABLES) is holds


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("$step_1_output.score > 80", True),
        ("$step_1_output.score > 90", False),
        ("$steps.qualify.output.score > 90", False),
        ('exists($input.tags ? (@ == "hot"))', True),
        ("$input.off", False),
        ("$input.nobody", False),
        ('$input.score == "x"', False),
        ('!($input.score > 90) && $input.name starts with "A"', True),
        (True, True),
        (False, False),
        (None, True),
        ({}, True),
    ],
)
def test_a_condition_may_be_a_predicate_or_nothing(
    language: Language, condition: object, holds: bool
) -> None:
    assert language.holds(condition, VARIABLES) is holds


YES, NO = "$input.score > 80", "$input.score > 90"
BROKEN = "$input.score / 0"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"all": [YES, YES]}, True),
        ({"all": [YES, NO]}, False),
        ({"all": []}, True),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"any": []}, False),
        ({"not": NO}, True),
        ({"not": {"all": [YES, {"any": [NO, {"not": NO}]}]}}, False),
        ({"all": [NO, BROKEN]}, False),
        ({"any": [YES, BROKEN]}, True),
    ],
)
def test_conditions_nest_and_stop_where_they_are_decided(
    language: Language, condition: object, holds: bool
) -> None:
    assert language.holds(condition, VARIABLES) is holds


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        (_compare("score", "isLike", 1), "PB015"),
        ({"operator": "equals", "value": 1}, "PB015"),
        ({"something": 1}, "PB015"),
        (5, "PB015"),
        ("$input.name", "PB015"),
        ('$input.tags[*] ? (@ == "hot")', "PB015"),
        ({"all": [YES, BROKEN]}, "22012"),
        ({"not": BROKEN}, "22012"),
        ("$input.score >", "42601"),
    ],
)
def test_an_error_never_means_false(language: Language, condition: object, state: str) -> None:
    with pytest.raises(psycopg.Error) as error:
        language.holds(condition, VARIABLES)
    assert sqlstate(error) == state


def test_bare_fields_are_members_of_the_steps_input(language: Language) -> None:
    condition = _compare("score", "equals", 1)

    assert language.holds(condition, VARIABLES, base={"score": 1})
    assert language.holds(condition, {**VARIABLES, "step_input": {"score": 1}})
    assert not language.holds(condition, VARIABLES)


OPERATORS = [
    "equals",
    "notEquals",
    "greaterThan",
    "greaterThanOrEqual",
    "lessThan",
    "lessThanOrEqual",
    "contains",
    "startsWith",
    "endsWith",
    "in",
    "exists",
    "isEmpty",
]
fields = st.sampled_from([*VARIABLES["input"], "nobody", "$input.nobody", "$steps.qualify.output"])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("$ae19. "),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a$l"), inner, max_size=2),
    max_leaves=4,
)
conditions = st.recursive(
    st.sampled_from([YES, NO, None, True, {}])
    | st.fixed_dictionaries(
        {"field": fields, "operator": st.sampled_from(OPERATORS)}, optional={"value": values}
    ),
    lambda inner: (
        st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries({"all": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(inner, max_size=3)})
    ),
    max_leaves=6,
)


@given(condition=conditions)
@settings(max_examples=300, deadline=None)
def test_a_condition_without_issues_holds_or_does_not(
    language: Language, condition: object
) -> None:
    names = language.names(condition, "condition")
    if not language.issues(condition, "condition") and {*names} <= {"input", "steps.qualify"}:
        held = language.holds(condition, VARIABLES)

        assert language.holds({"not": condition}, VARIABLES) is not held


def test_what_runs_too_long_is_stopped_by_the_callers_timeout(language: Language) -> None:
    condition = {"any": ["exists($input[*] ? (exists($input[*] ? (@ > 0))))"] * 50}
    with pytest.raises(psycopg.errors.QueryCanceled), language.conn.transaction():
        language.conn.execute("set local statement_timeout = '100ms'")
        language.holds(condition, {"input": [*range(-1900, 0)]})
