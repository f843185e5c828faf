"""What an expression reads, so that the engine looks up only that."""

from __future__ import annotations

import pytest

from language import Language


@pytest.mark.parametrize(
    ("kind", "value", "names"),
    [
        ("mapping", {"a": "$input.x", "b": ["$step_3_output"]}, ["input", "step_3_output"]),
        ("mapping", {"a": {"$all": "$steps.qualify.output.x[*]"}}, ["steps.qualify"]),
        ("mapping", {"a": '$steps."my step".output'}, ["steps.my step"]),
        ("mapping", {"a": '$steps . "a \\" b" . output'}, ['steps.a " b']),
        ("mapping", {"a": "$steps.a.output + $steps.b.output"}, ["steps.a", "steps.b"]),
        ("mapping", {"a": "$steps"}, ["steps"]),
        ("mapping", {"a": '$input.x ? (@ == "$nobody")'}, ["input"]),
        ("mapping", {"a": "$$input", "b": "input", "c": 5}, []),
        ("mapping", {"a": "$käse.x"}, ["käse"]),
        ("mapping", {"a": "$item.id", "b": "$index"}, ["index", "item"]),
        ("mapping", {"a": "$step_1_output.items.0.name"}, ["step_1_output"]),
        ("condition", '$error.code == "X"', ["error"]),
        (
            "condition",
            {"all": [{"field": "$item.a", "operator": "equals", "value": "$input.b"}]},
            ["input", "item"],
        ),
        ("condition", {"field": "score", "operator": "exists"}, ["input"]),
        (
            "condition",
            {"not": {"field": "$context.step_2_output", "operator": "exists"}},
            ["step_2_output"],
        ),
        ("template", "{{input.x}} {{$steps.a.output}} {{name}}", ["input", "steps.a"]),
        ("template", "{{#steps.a.output.list}}{{.}}{{/steps.a.output.list}}", ["steps.a"]),
        ("template", '{{ step_2_output.x ?? "$nobody" }} {{! $item }}', ["step_2_output"]),
        ("template", "{{&execution.id}} {{{error.message}}}", ["error", "execution"]),
        ("config", {"a": "$item", "b": ["x {{input.y}}", "z"]}, ["input", "item"]),
        ("path", "$execution.id", ["execution"]),
    ],
)
def test_an_expression_names_what_it_reads(
    language: Language, kind: str, value: object, names: list[str]
) -> None:
    assert language.names(value, kind) == names
