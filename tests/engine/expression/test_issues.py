"""What validation finds in expressions before anything runs."""

from __future__ import annotations

import pytest

from language import Language


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("$input.lead.email", []),
        ("$input.items.0.name", []),
        ("$input.items[*] ? (@.score > $input.threshold).id", []),
        ('$steps."my-step".output', []),
        ("$$5.00", []),
        ("$steps.my-step.output", ["EXPRESSION_SYNTAX"]),
        ("$5.00", ["EXPRESSION_SYNTAX"]),
        ("$", ["EXPRESSION_WITHOUT_VARIABLE"]),
        ("$.input.lead", ["EXPRESSION_WITHOUT_VARIABLE"]),
        ("$input.lead.", ["EXPRESSION_SYNTAX"]),
        ("$input.items.0.score + 1", ["EXPRESSION_SYNTAX"]),
        ("$input.**.x", ["EXPRESSION_RECURSIVE"]),
        ('$input ? (@.x == ".**")', []),
        ("$input.a ? (exists(@.b ? (@.c == 1)))", []),
        ("$input.a ? (exists(@.b ? (exists(@.c ? (@.d == 1)))))", ["EXPRESSION_TOO_DEEP"]),
        ("$input.a ? (@.b == 1) ? (@.c == 1) ? (@.d == 1)", []),
        ("$input." + "a" * 994, ["EXPRESSION_TOO_LONG"]),
        ('$input.x like_regex "a+"', []),
        ('$input.x like_regex "((a"', ["EXPRESSION_SYNTAX"]),
        (f'$input.x like_regex "{"a" * 201}"', ["EXPRESSION_REGEX_TOO_LONG"]),
        ('$input.x like_regex "(x{1,200}){1,200}"', ["EXPRESSION_REGEX_TOO_DEAR"]),
        ('$input.x like_regex "((a{9}b?){9}|b){20}"', ["EXPRESSION_REGEX_TOO_DEAR"]),
        (r'$input.x like_regex "^(.*)\\1$"', ["EXPRESSION_REGEX_TOO_DEAR"]),
        (r'$input.x like_regex "^(.*)\x5c1$" flag "i"', ["EXPRESSION_REGEX_TOO_DEAR"]),
        (r'$input.x like_regex "^(.*)\\1$" flag "q"', []),
        (r'$input.x like_regex "^\\w{1,64}@(\\w{1,63}[.]){1,8}\\w{2,63}$"', []),
        ("$input.x[0,0][0,0][0,0][0,0][0,0][0,0][0,0] == 1", ["EXPRESSION_REPETITIVE"]),
        ("$input.x[0" + ",0" * 100 + "] == 1", ["EXPRESSION_REPETITIVE"]),
        ("$input.x[0,1,2][0,1,2] == 1", []),
        ("$input.x.keyvalue().keyvalue() . keyvalue().key == 1", ["EXPRESSION_REPETITIVE"]),
        ("$input.x.keyvalue().value.keyvalue().key == 1", []),
    ],
)
def test_a_path_is_parsed_and_capped(language: Language, path: str, codes: list[str]) -> None:
    assert language.issues({"a": [path]}) == [("/a/0", code) for code in codes]


@pytest.mark.parametrize(
    ("condition", "issues"),
    [
        ("$input.score > 80", []),
        ("$input.score = 80", [("", "EXPRESSION_SYNTAX")]),
        ({"field": "x", "operator": "equals", "value": 1}, []),
        ({"field": "x", "operator": "exists"}, []),
        ({"type": "simple", "field": "x", "operator": "exists"}, []),
        (
            {"type": "complex", "field": "x", "operator": "exists"},
            [("", "CONDITION_INVALID")],
        ),
        (
            {"not": {"field": "x", "operator": "==", "value": 1}},
            [("/not/operator", "OPERATOR_UNKNOWN")],
        ),
        ({"operator": "exists"}, [("/field", "FIELD_MISSING")]),
        ({"field": 5, "operator": "exists"}, [("/field", "FIELD_MISSING")]),
        ({"field": "x", "operator": "equals"}, [("/value", "VALUE_MISSING")]),
        ({"field": "x", "operator": "in", "value": "a"}, [("/value", "VALUE_INVALID")]),
        ({"field": "x", "operator": "in", "value": "$input.list"}, []),
        ({"field": "x", "operator": "exists", "value": False}, [("/value", "VALUE_INVALID")]),
        ({"field": "$input.", "operator": "exists"}, [("/field", "EXPRESSION_SYNTAX")]),
        ({"all": {"a": 1}}, [("", "CONDITION_INVALID")]),
        ({"all": ["$input.a == 1", 7]}, [("/all/1", "CONDITION_INVALID")]),
        ({"all": [], "any": []}, [("", "CONDITION_INVALID")]),
        ({"fild": "x"}, [("", "CONDITION_INVALID")]),
        (None, []),
        ({}, []),
        (True, []),
    ],
)
def test_a_condition_is_checked(
    language: Language, condition: object, issues: list[tuple[str, str]]
) -> None:
    assert language.issues(condition, "condition") == issues


def test_conditions_may_not_nest_without_end(language: Language) -> None:
    condition: object = "$input.a == 1"
    for _ in range(20):
        condition = {"not": condition}

    assert [code for _, code in language.issues(condition, "condition")] == ["CONDITION_TOO_DEEP"]


@pytest.mark.parametrize(
    "mapping", [{"$all": "x"}, {"$all": 5}, {"$all": "$input.a", "b": 1}, {"a": [{"$all": None}]}]
)
def test_all_stands_alone_with_a_path(language: Language, mapping: object) -> None:
    assert [code for _, code in language.issues(mapping)] == ["ALL_INVALID"]


def test_a_config_holds_paths_and_templates(language: Language) -> None:
    config = {"a/b": "$input.x.", "b": ["{{#open}}", "{{fine}}", "$$literal {{", "plain"]}

    assert sorted(language.issues(config, "config")) == [
        ("/a~1b", "EXPRESSION_SYNTAX"),
        ("/b/0", "TEMPLATE_SECTION_OPEN"),
    ]


@pytest.mark.parametrize(
    "mapping",
    [
        {"a": {"$sum": [1], "more": 2}},
        {"$sum": 3},
        {"$append": ["$input.list"]},
        {"$append": "$input.list"},
        {"$sort": "$input.list", "order": "upwards"},
        {"$sort": "$input.list", "by": 1},
        {"$join": ["a"], "with": None},
        {"$object": [["a", 1, 2]]},
    ],
)
def test_a_misused_operator_is_found(language: Language, mapping: object) -> None:
    assert [code for _, code in language.issues(mapping)] == ["MAPPING_OPERATOR_INVALID"]


@pytest.mark.parametrize(
    "mapping",
    [
        {"$default": ["$input.a", {"$sum": {"$all": "$input.b[*]"}}]},
        {"$sort": "$input.list", "by": "a.b", "order": "descending"},
        {"$object": [["$$sort", {"x": 1}], "$input.pair", {"key": "a", "value": 1}]},
    ],
)
def test_operators_stand_inside_each_other(language: Language, mapping: object) -> None:
    assert language.issues(mapping) == []
