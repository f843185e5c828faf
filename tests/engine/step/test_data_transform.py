"""DATA_TRANSFORM: an output mapping, or operations in order."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from language import Language, sqlstate

VARIABLES: dict[str, Any] = {"input": {"limit": 2, "owner": "ann"}}
DATA: dict[str, Any] = {
    "name": " Ann ",
    "state": "ny",
    "n": "12px",
    "f": "1.5e2 m",
    "list": [{"v": 1}, {"v": 2}, {"v": 3}],
    "json": '{"a": [1]}',
    "nested": {"a": {"b": 1, "c": []}, "e": {}},
}


def test_output_is_a_mapping(language: Language) -> None:
    config = {"output": {"who": "$input.owner", "twice": "$input.limit * 2"}}

    assert language.transform(config, DATA, VARIABLES) == {"who": "ann", "twice": 4}


def test_output_may_read_the_steps_own_input(language: Language) -> None:
    config = {"output": {"who": "$step_input.name"}}

    assert language.transform(config, DATA, VARIABLES) == {"who": " Ann "}


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        ({"type": "rename", "field": "state", "newField": "st"}, {"state": ..., "st": "ny"}),
        ({"type": "rename", "field": "state", "new_field": "st"}, {"state": ..., "st": "ny"}),
        ({"type": "rename", "field": "nobody", "newField": "st"}, {}),
        ({"type": "map", "field": "state", "mapping": {"ny": "New York"}}, {"state": "New York"}),
        ({"type": "map", "field": "state", "mapping": {"ca": "California"}}, {}),
        ({"type": "set", "field": "x", "value": [1]}, {"x": [1]}),
        ({"type": "set", "field": "x", "value": "$input.owner"}, {"x": "ann"}),
        ({"type": "set", "field": "x", "value": "$step_input.state"}, {"x": "ny"}),
        ({"type": "remove", "field": "list"}, {"list": ...}),
        (
            {"type": "merge", "value": {"state": "x", "y": "$input.owner"}},
            {"state": "x", "y": "ann"},
        ),
        ({"type": "merge", "value": "$input"}, {"limit": 2, "owner": "ann"}),
        ({"type": "merge", "value": "$input.nobody"}, {}),
        (
            {
                "type": "filter",
                "field": "list",
                "condition": {"field": "v", "operator": "greaterThan", "value": "$input.limit"},
            },
            {"list": [{"v": 3}]},
        ),
        (
            {"type": "filter", "field": "list", "condition": "$item.v > 1 && $index < 2"},
            {"list": [{"v": 2}]},
        ),
        ({"type": "filter", "field": "state", "condition": False}, {}),
        ({"type": "transform", "field": "name", "function": "trim"}, {"name": "Ann"}),
        ({"type": "transform", "field": "state", "function": "uppercase"}, {"state": "NY"}),
        ({"type": "transform", "field": "name", "function": "lowercase"}, {"name": " ann "}),
        (
            {"type": "transform", "field": "list", "function": "reverse"},
            {"list": [{"v": 3}, {"v": 2}, {"v": 1}]},
        ),
        ({"type": "transform", "field": "state", "function": "reverse"}, {}),
        ({"type": "transform", "field": "list", "function": "length"}, {"list": 3}),
        ({"type": "transform", "field": "nested", "function": "length"}, {"nested": 0}),
        ({"type": "transform", "field": "n", "function": "parseInt"}, {"n": 12}),
        ({"type": "transform", "field": "f", "function": "parseFloat"}, {"f": 150}),
        ({"type": "transform", "field": "state", "function": "parseInt"}, {"state": None}),
        ({"type": "transform", "field": "json", "function": "parseJSON"}, {"json": {"a": [1]}}),
        (
            {"type": "transform", "field": "list", "function": "toString"},
            {"list": '[{"v": 1}, {"v": 2}, {"v": 3}]'},
        ),
        ({"type": "transform", "field": "state", "function": "toString"}, {}),
        ({"type": "transform", "field": "state", "function": "toJSON"}, {"state": '"ny"'}),
        ({"type": "transform", "field": "nobody", "function": "uppercase"}, {}),
    ],
)
def test_an_operation_changes_a_field(
    language: Language, operation: dict[str, Any], change: dict[str, Any]
) -> None:
    expected = {key: value for key, value in {**DATA, **change}.items() if value is not ...}

    assert language.transform({"operations": [operation]}, DATA, VARIABLES) == expected


def test_operations_run_in_order(language: Language) -> None:
    operations = [
        {"type": "set", "field": "a", "value": "x"},
        {"type": "rename", "field": "a", "newField": "b"},
        {"type": "transform", "field": "b", "function": "uppercase"},
        {"type": "remove", "field": "old"},
    ]

    assert language.transform({"operations": operations}, {"old": 1}) == {"b": "X"}
    assert language.transform({"operations": []}, {"old": 1}) == {"old": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nested", {"a": {"b": {"c": 1}, "d": [{"e": 1}], "f": {}}}),
        ("flat", {"a.b.c": 1, "a.d": [{"e": 1}], "a.f": {}}),
        ("array", {"items": [{"b": {"c": 1}, "d": [{"e": 1}], "f": {}}]}),
    ],
)
@pytest.mark.parametrize("key", ["outputFormat", "output_format"])
def test_the_output_format_shapes_the_result(
    language: Language, key: str, name: str, value: object
) -> None:
    data = {"a": {"b": {"c": 1}, "d": [{"e": 1}], "f": {}}}

    assert language.transform({"operations": [], key: name}, data) == value


@pytest.mark.parametrize(
    ("config", "data", "state"),
    [
        ({}, {}, "PB024"),
        ({"operations": "x"}, {}, "PB024"),
        ({"operations": [{"type": "explode"}]}, {}, "PB024"),
        ({"operations": [{"type": "transform", "field": "a", "function": "x"}]}, {"a": 1}, "PB024"),
        ({"operations": [{"type": "merge", "value": 5}]}, {}, "PB024"),
        ({"operations": [{"type": "rename", "field": "a"}]}, {"a": 1}, "PB024"),
        ({"operations": [{"type": "set", "value": 1}]}, {"a": 1}, "PB024"),
        ({"operations": [{"type": "remove", "field": "a"}]}, [1], "PB024"),
        ({"operations": [], "outputFormat": "xml"}, {}, "PB024"),
        (
            {"operations": [{"type": "transform", "field": "a", "function": "parseJSON"}]},
            {"a": "{"},
            "22P02",
        ),
    ],
)
def test_a_config_of_the_wrong_kind_is_an_error(
    language: Language, config: object, data: object, state: str
) -> None:
    with pytest.raises(psycopg.Error) as error:
        language.transform(config, data)
    assert sqlstate(error) == state
