"""Mappings: objects in which strings that start with $ are paths."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language import Language, sqlstate

VARIABLES: dict[str, Any] = {
    "input": {"lead": {"email": "ann@example.com"}, "items": [{"id": 1}, {"id": 2}], "none": None},
    "step_1_output": {"score": 85},
}


@pytest.mark.parametrize(
    ("mapping", "value"),
    [
        ({"email": "$input.lead.email"}, {"email": "ann@example.com"}),
        ({"to": {"who": ["$input.lead.email", 1]}}, {"to": {"who": ["ann@example.com", 1]}}),
        ({"ids": {"$all": "$input.items[*].id"}}, {"ids": [1, 2]}),
        ({"ids": {"$all": "$input.nobody"}}, {"ids": []}),
        ({"first": "$input.items[*].id"}, {"first": 1}),
        ({"price": "$$5"}, {"price": "$5"}),
        ({"a": "text", "b": 5, "c": True, "d": None}, {"a": "text", "b": 5, "c": True, "d": None}),
        ({"missing": "$input.nobody.at.all"}, {"missing": None}),
        ({"sum": "$step_1_output.score + 15"}, {"sum": 100}),
        ("$input.lead", {"email": "ann@example.com"}),
        (["$step_1_output.score", "x"], [85, "x"]),
        ({}, {}),
        ([], []),
        (7, 7),
        ({"$all": "$input.items[*].id", "more": 1}, {"$all": 1, "more": 1}),
        ({"$default": ["$input.nobody", "$input.none", False, 1]}, False),
        ({"$default": ["$input.nobody"]}, None),
        ({"$append": ["$input.nobody", "$input.lead"]}, [{"email": "ann@example.com"}]),
        ({"$append": [{"$all": "$input.items[*].id"}, [3], None]}, [1, 2, [3], None]),
        ({"$concat": ["$input.nobody", ["a"], {"$all": "$input.items[*].id"}]}, ["a", 1, 2]),
        ({"$concat": []}, []),
        ({"$join": ["a", "$input.items[0].id", None, True]}, "a1true"),
        ({"$join": {"$all": "$input.items[*].id"}, "with": ", "}, "1, 2"),
        ({"$join": "$input.nobody"}, ""),
        ({"$sum": {"$all": "$input.items[*].id"}}, 3),
        ({"$sum": [0.1, 0.2, None]}, 0.3),
        ({"$sum": []}, 0),
        ({"$sort": ["b", None, 10, "B", 9, "a"]}, [9, 10, "B", "a", "b", None]),
        ({"$sort": [1, None, 2], "order": "descending"}, [2, 1, None]),
        ({"$sort": "$input.items", "by": "id", "order": "descending"}, [{"id": 2}, {"id": 1}]),
        (
            {"$sort": [{"a": {"b": 2}}, {"a": {"b": 1}}, {}], "by": "a.b"},
            [{"a": {"b": 1}}, {"a": {"b": 2}}, {}],
        ),
        (
            {"$object": [["$input.lead.email", "$step_1_output.score"], ["x", None]]},
            {"ann@example.com": 85, "x": None},
        ),
        ({"$object": [{"key": 1, "value": "a"}, {"key": 1, "value": "b"}]}, {"1": "b"}),
        ({"$object": [["$$sort", {"x": 1}]]}, {"$sort": {"x": 1}}),
        (
            {"$merge": ["$input.lead", None, {"email": "b"}, {"n": "$step_1_output.score"}]},
            {"email": "b", "n": 85},
        ),
        ({"a": {"b": [{"$sum": [1, "$step_1_output.score"]}]}}, {"a": {"b": [86]}}),
        ({"$sort": [1], "more": "$input.lead.email"}, {"$sort": [1], "more": "ann@example.com"}),
    ],
)
def test_a_mapping_gives_its_value(language: Language, mapping: object, value: object) -> None:
    assert language.map(mapping, VARIABLES) == value


@pytest.mark.parametrize(
    "mapping",
    [
        {"$sum": [1, "2"]},
        {"$concat": [[1], "x"]},
        {"$append": ["x", 1]},
        {"$merge": [{}, []]},
        {"$object": [["a"]]},
        {"$object": [[None, 1]]},
        {"$object": [{"key": "a"}]},
        {"$sort": "$input.lead"},
        {"$join": "$input.lead.email"},
    ],
)
def test_an_operator_refuses_what_it_does_not_take(language: Language, mapping: object) -> None:
    with pytest.raises(psycopg.Error) as error:
        language.map(mapping, VARIABLES)

    assert sqlstate(error) == "PB015"


def test_what_an_operator_brings_in_is_not_an_operator_again(language: Language) -> None:
    variables = {"input": {"a": {"$sum": [1, 2]}}}

    assert language.map({"$default": ["$input.a"]}, variables) == {"$sum": [1, 2]}


def test_what_a_path_brings_in_is_not_a_path_again(language: Language) -> None:
    variables = {"input": {"text": "$input.secret", "all": {"$all": "$input.secret"}, "secret": 1}}

    assert language.map({"a": "$input.text", "b": "$input.all"}, variables) == {
        "a": "$input.secret",
        "b": {"$all": "$input.secret"},
    }


def test_a_large_mapping_is_mapped_like_a_small_one(language: Language) -> None:
    mapping = {f"k{n}": {"a": "$step_1_output.score", "n": [n, "$$x"]} for n in range(100)}
    value = {f"k{n}": {"a": 85, "n": [n, "$x"]} for n in range(100)}

    assert language.map(mapping, VARIABLES) == value
    assert language.map(list(mapping.values()), VARIABLES) == list(value.values())
    assert language.resolve({"body": mapping}, ["body"], {}, VARIABLES) == {"body": value}


@pytest.mark.parametrize(
    "mapping",
    [
        {f"k{n}": "$input.long" for n in range(200)},
        ["$input.long"] * 200,
        [["$input.long"] * 15] * 15,
        {f"k{n}": {f"k{m}": "$input.long" for m in range(15)} for n in range(15)},
        {f"k{n}": ["$input.long"] * 30 for n in range(30)},
    ],
)
def test_a_mapping_that_makes_too_much_is_refused(language: Language, mapping: Any) -> None:
    with pytest.raises(psycopg.Error, match="more than 16777216 bytes") as error:
        language.map(mapping, {"input": {"long": "a" * 100_000}})
    assert sqlstate(error) == "PB015"


def test_operations_that_add_up_to_too_much_are_refused(language: Language) -> None:
    added = [{"type": "set", "field": f"k{n}", "value": "$input.long"} for n in range(10)]
    with pytest.raises(psycopg.Error, match="more than 16777216 bytes"):
        language.transform({"operations": added}, {}, {"input": {"long": "a" * 2_000_000}})


@pytest.mark.parametrize("count", [0, 1, 20, 21, 500])
def test_many_members_and_items_keep_their_places(language: Language, count: int) -> None:
    members = {f"k{n}": "$input.n" if n % 2 else [n, "$$"] for n in range(count)}
    expected = {f"k{n}": 7 if n % 2 else [n, "$"] for n in range(count)}

    assert language.map(members, {"input": {"n": 7}}) == expected
    assert language.map(list(members.values()), {"input": {"n": 7}}) == list(expected.values())


_CROSS = "$input.a[*] ? (@ + 0.5 == $input.a[*])"
_FEW = {f"x{n}": _CROSS for n in range(15)}


@pytest.mark.parametrize(
    "work",
    [
        lambda language, given: language.map({f"k{n}": _CROSS for n in range(300)}, given),
        lambda language, given: language.map({f"k{n}": _FEW for n in range(20)}, given),
        lambda language, given: language.holds({"any": [f"exists({_CROSS})"] * 300}, given),
        lambda language, given: language.transform(
            {
                "operations": [
                    {"type": "filter", "field": "a", "condition": f"exists({_CROSS}) || $index < 0"}
                ]
            },
            given["input"],
            given,
        ),
    ],
    ids=["many members", "small objects", "condition", "filter"],
)
def test_expressions_over_much_data_end_after_some_seconds(language: Language, work: Any) -> None:
    given = {"input": {"a": [*range(1_300)], "long": "x" * 10_000}}
    began = time.monotonic()

    with pytest.raises(psycopg.Error, match="take more than 4 seconds") as error:
        work(language, given)

    assert sqlstate(error) == "PB015"
    assert time.monotonic() - began < 20


literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab$ {é", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text('ab/~é."$', max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return "$" + value if value.startswith("$") else value
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    if isinstance(value, dict):
        return {key: _escaped(each) for key, each in value.items()}
    return value


@given(value=literals)
@settings(max_examples=200, deadline=None)
def test_any_value_can_be_written_as_a_literal(language: Language, value: Any) -> None:
    assert language.map(_escaped(value), VARIABLES) == value
    assert language.issues(_escaped(value)) == []
