"""What _schema_errors says, and when it stops."""

from __future__ import annotations

import json
from typing import Any

import pytest

from json_validator import Validator

# schema, value, path, keyword, message
MISFITS: list[tuple[Any, Any, str, str, str]] = [
    ({"type": "integer"}, "a", "", "type", '"a" is not of type integer'),
    ({"type": "integer"}, 1.5, "", "type", "1.5 is not of type integer"),
    ({"type": ["string", "null"]}, 1, "", "type", "1 is not of type string or null"),
    ({"enum": ["a", 1]}, "b", "", "enum", '"b" is not one of ["a", 1]'),
    ({"enum": [[1], {}]}, [2], "", "enum", "[2] is not one of [[1], {}]"),
    ({"const": {"a": 1}}, {}, "", "const", '{} is not {"a": 1}'),
    ({"minLength": 5}, "abc", "", "minLength", '"abc" is shorter than 5 characters'),
    ({"maxLength": 2}, "abc", "", "maxLength", '"abc" is longer than 2 characters'),
    ({"pattern": "^b"}, "abc", "", "pattern", '"abc" does not match the pattern "^b"'),
    ({"minimum": 1}, 0, "", "minimum", "0 is less than 1"),
    ({"maximum": 1}, 2, "", "maximum", "2 is greater than 1"),
    ({"exclusiveMinimum": 1}, 1, "", "exclusiveMinimum", "1 is not greater than 1"),
    ({"exclusiveMaximum": 1}, 1, "", "exclusiveMaximum", "1 is not less than 1"),
    ({"multipleOf": 0.1}, 0.25, "", "multipleOf", "0.25 is not a multiple of 0.1"),
    ({"required": ["a"]}, {}, "", "required", '{} lacks the required property "a"'),
    (
        {"dependentRequired": {"a": ["b"]}},
        {"a": 1},
        "",
        "dependentRequired",
        '{"a": 1} lacks property "b", which another property requires',
    ),
    ({"minProperties": 1}, {}, "", "minProperties", "{} has fewer than 1 properties"),
    ({"maxProperties": 0}, {"a": 1}, "", "maxProperties", '{"a": 1} has more than 0 properties'),
    (
        {"propertyNames": {"maxLength": 1}},
        {"ab": 1},
        "",
        "propertyNames",
        '{"ab": 1} has a property name that is not allowed: "ab"',
    ),
    (
        {"additionalProperties": False},
        {"a": 1},
        "/a",
        "additionalProperties",
        '"a": 1 is not allowed',
    ),
    ({"properties": {"a": False}}, {"a": 1}, "/a", "false", '"a": 1 is not allowed'),
    ({"patternProperties": {"a": False}}, {"a": 1}, "/a", "false", '"a": 1 is not allowed'),
    ({"minItems": 2}, [1], "", "minItems", "[1] has fewer than 2 items"),
    ({"maxItems": 0}, [1], "", "maxItems", "[1] has more than 0 items"),
    ({"uniqueItems": True}, [1, 1.0], "", "uniqueItems", "[1, 1.0] has items that are equal"),
    (
        {"contains": {"type": "string"}},
        [1],
        "",
        "contains",
        '[1] has too few items that fit "contains" (at least 1)',
    ),
    (
        {"contains": True, "maxContains": 1},
        [1, 2],
        "",
        "maxContains",
        '[1, 2] has more than 1 items that fit "contains"',
    ),
    ({"items": {"minimum": 1}}, [1, 0], "/1", "minimum", '"1": 0 is less than 1'),
    ({"prefixItems": [True, {"minimum": 1}]}, [1, 0], "/1", "minimum", '"1": 0 is less than 1'),
    ({"anyOf": [{"minimum": 1}, False]}, 0, "", "anyOf", '0 fits none of the schemas of "anyOf"'),
    (
        {"oneOf": [{"minimum": 1}, True, {"minimum": 0}]},
        0,
        "",
        "oneOf",
        '0 fits 2 of the schemas of "oneOf" instead of exactly one',
    ),
    ({"not": {"type": "null"}}, None, "", "not", 'null fits the schema of "not"'),
    ({"allOf": [{"minimum": 1}]}, 0, "", "minimum", "0 is less than 1"),
    ({"if": {"const": 0}, "then": False}, 0, "", "false", "0 is not allowed"),
    ({"if": {"const": 1}, "else": False}, 0, "", "false", "0 is not allowed"),
    ({"dependentSchemas": {"a": False}}, {"a": 1}, "", "false", '{"a": 1} is not allowed'),
    ({"$ref": "#/$defs/x", "$defs": {"x": {"minimum": 1}}}, 0, "", "minimum", "0 is less than 1"),
    ({"unevaluatedProperties": False}, {"a": 1}, "/a", "false", '"a": 1 is not allowed'),
    ({"unevaluatedItems": {"minimum": 1}}, [0], "/0", "minimum", '"0": 0 is less than 1'),
]


@pytest.mark.parametrize(("schema", "value", "path", "keyword", "message"), MISFITS)
def test_a_misfit_names_the_place_the_keyword_and_the_value(
    validator: Validator, schema: Any, value: Any, path: str, keyword: str, message: str
) -> None:
    assert validator.issues(json.dumps(schema)) == []
    assert validator.errors(json.dumps(schema), json.dumps(value)) == [
        {"path": path, "keyword": keyword, "message": message}
    ]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"contains": {"const": 1}, "maxContains": 1}, [1, 2], [1, 1]),
        ({"contains": {"const": 1}, "minContains": 0}, [], None),
        ({"unevaluatedItems": False}, "text", [1]),
        ({"unevaluatedItems": True, "unevaluatedProperties": True}, [1], None),
        ({"allOf": [{"prefixItems": [True]}], "unevaluatedItems": False}, [1], [1, 2]),
        ({"allOf": [{"items": True}], "unevaluatedItems": False}, [1, 2], None),
        ({"contains": {"const": 1}, "unevaluatedItems": False}, [1, 1], [1, 2]),
        ({"allOf": [True, {"required": ["a"]}], "unevaluatedProperties": False}, None, {"a": 1}),
        (
            {
                "anyOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": True}}],
                "unevaluatedProperties": False,
            },
            {"a": 1, "b": 1},
            {"a": 2, "b": 1},
        ),
        (
            {
                "if": {"properties": {"a": {"const": 1}}, "required": ["a"]},
                "then": {"properties": {"b": True}},
                "else": {"properties": {"c": True}},
                "unevaluatedProperties": False,
            },
            {"a": 1, "b": 1},
            {"a": 1, "c": 1},
        ),
        (
            {
                "$ref": "#/$defs/x",
                "$defs": {"x": {"patternProperties": {"^x": True}}},
                "dependentSchemas": {"x": {"properties": {"y": True}}},
                "unevaluatedProperties": {"type": "null"},
            },
            {"x": 1, "x2": 2, "y": 3, "z": None},
            {"x2": 2, "y": 3},
        ),
    ],
)
def test_what_other_keywords_looked_at_is_evaluated(
    validator: Validator, schema: Any, good: Any, bad: Any
) -> None:
    text = json.dumps(schema)
    assert validator.issues(text) == []
    assert validator.errors(text, json.dumps(good)) == []
    assert bad is None or validator.errors(text, json.dumps(bad)) != []


def test_a_nested_path_is_a_pointer_and_reads_as_dots(validator: Validator) -> None:
    schema = {
        "properties": {
            "a/b": {"items": {"properties": {"c~d": {"additionalProperties": {"minLength": 5}}}}}
        }
    }
    [entry] = validator.errors(json.dumps(schema), '{"a/b": [{}, {"c~d": {"email": "abc"}}]}')
    assert entry["path"] == "/a~1b/1/c~0d/email"
    assert entry["message"] == '"a/b.1.c~d.email": "abc" is shorter than 5 characters'


def test_long_values_and_long_enumerations_are_cut(validator: Validator) -> None:
    schema = {"enum": ["x" * 300]}
    [message] = validator.messages(json.dumps(schema), json.dumps("y" * 300))
    assert message == '"' + "y" * 76 + '... is not one of ["' + "x" * 195 + "..."


def test_no_schema_fits_everything(validator: Validator) -> None:
    for schema in ("null::jsonb", "'{}'", "'true'"):
        row = validator.connection.execute(
            f"select pbdb._schema_errors({schema}, '[1]'), pbdb._schema_errors({schema}, null)"
        ).fetchone()
        assert row == ([], [])


def test_a_missing_value_is_read_as_null(validator: Validator) -> None:
    row = validator.connection.execute(
        """select pbdb._schema_errors('{"type": "null"}', null),
            pbdb._schema_errors('{"type": "string"}', null) #>> '{0,message}'"""
    ).fetchone()
    assert row == ([], "null is not of type string")


def test_numbers_are_equal_by_value_and_exact(validator: Validator) -> None:
    assert validator.fits('{"const": {"a": [1]}}', '{"a": [1.0]}')
    assert validator.fits('{"enum": [[1.0]]}', "[1]")
    assert not validator.fits('{"enum": [1, 0]}', "true")
    assert validator.fits('{"multipleOf": 0.1}', "0.3")
    assert validator.fits('{"type": "integer"}', "1e3")
    assert validator.fits('{"type": "integer"}', "100000000000000000000000000000000000001")
    assert validator.fits('{"maximum": 9007199254740993}', "9007199254740993")
    assert not validator.fits('{"maximum": 9007199254740992}', "9007199254740993")


def test_lengths_count_code_points(validator: Validator) -> None:
    assert validator.fits('{"maxLength": 2}', '"😀e"')
    assert not validator.fits('{"maxLength": 2}', '"e\\u0301x"')


def test_at_most_twenty_errors_are_listed(validator: Validator) -> None:
    numbers = json.dumps(list(range(100)))
    names = json.dumps({f"n{n}": n for n in range(100)})
    wrong = {"type": "string"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"items": wrong}, numbers),
        ({"prefixItems": [wrong] * 100}, numbers),
        ({"unevaluatedItems": wrong}, numbers),
        ({"additionalProperties": wrong}, names),
        ({"additionalProperties": False}, names),
        ({"patternProperties": {"n": wrong}}, names),
        ({"unevaluatedProperties": False}, names),
        ({"required": [f"m{n}" for n in range(100)]}, names),
        ({"required": [f"m{n}" for n in range(100)], "maxProperties": 1}, names),
        ({"allOf": [wrong] * 100}, "1"),
        ({"required": ["m"], "additionalProperties": wrong, "allOf": [False]}, names),
    ]
    for schema, value in cases:
        assert len(validator.errors(json.dumps(schema), value)) == 20, schema


def test_several_errors_of_one_value_are_listed_together(validator: Validator) -> None:
    schema = {
        "required": ["c"],
        "maxProperties": 1,
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "not": {"required": ["a"]},
    }
    entries = validator.errors(json.dumps(schema), '{"a": 1, "b": 2}')
    assert [(entry["path"], entry["keyword"]) for entry in entries] == [
        ("", "maxProperties"),
        ("", "required"),
        ("/a", "type"),
        ("/b", "type"),
        ("", "not"),
    ]


def test_references_can_recurse_along_the_value(validator: Validator) -> None:
    schema = '{"type": "object", "additionalProperties": {"$ref": "#"}}'
    assert validator.fits(schema, '{"a": {"b": {"c": {}}}}')
    assert [e["path"] for e in validator.errors(schema, '{"a": {"b": {"c": 1}}}')] == ["/a/b/c"]


@pytest.mark.parametrize(
    "reference",
    [
        "#/$defs/whole",
        "#/%24defs/whole",
        "#whole",
        "https://example.org/s#/$defs/whole",
        "https://example.org/s#whole",
        "#/$defs/a~1b",
        "#/$defs/a~0b",
        "#/$defs/%C3%A4%20b",
        "#/$defs/100%25",
        "#/$defs/list/prefixItems/1",
        "#/$defs/list/allOf/0",
    ],
)
def test_a_local_reference_is_found(validator: Validator, reference: str) -> None:
    string = {"type": "string"}
    schema = {
        "$id": "https://example.org/s",
        "$defs": {
            "whole": {"$anchor": "whole", **string},
            "a/b": string,
            "a~b": string,
            "ä b": string,
            "100%": string,
            "list": {"prefixItems": [True, string], "allOf": [string]},
        },
        "items": {"$ref": reference},
    }
    text = json.dumps(schema)
    assert validator.issues(text) == []
    assert validator.verdicts(text, ['["a"]', "[1]"]) == [True, False]


def test_a_whole_document_can_be_named_by_its_id(validator: Validator) -> None:
    schema = '{"$id": "urn:example:tree", "type": "object", "additionalProperties": {"$ref": "%s"}}'
    for reference in ("urn:example:tree", "urn:example:tree#", "#"):
        assert validator.issues(schema % reference) == []
        assert validator.verdicts(schema % reference, ['{"a": {}}', '{"a": 1}']) == [True, False]


def test_nesting_beyond_a_hundred_levels_is_an_error_entry(validator: Validator) -> None:
    schema = '{"items": {"$ref": "#"}, "additionalProperties": {"$ref": "#"}}'
    assert validator.fits(schema, "[" * 49 + "]" * 49)
    for value in ("[" * 60 + "]" * 60, '{"a":' * 60 + "1" + "}" * 60):
        [entry] = validator.errors(schema, value)
        assert entry["keyword"] == "depth"
        assert entry["message"] == "cannot be checked: nested more than 100 levels deep"
        assert entry["unchecked"] is True


def test_an_endless_reference_ends(validator: Validator) -> None:
    for schema in (
        '{"$ref": "#"}',
        '{"allOf": [{"$ref": "#"}]}',
        '{"not": {"$ref": "#"}}',
        '{"anyOf": [{"$ref": "#"}]}',
        '{"oneOf": [{"$ref": "#"}]}',
        '{"if": {"$ref": "#"}, "then": true}',
        '{"dependentSchemas": {"a": {"$ref": "#"}}}',
        '{"unevaluatedProperties": false, "allOf": [{"$ref": "#"}]}',
    ):
        entries = validator.errors(schema, '{"a": 1}')
        assert entries, schema


@pytest.mark.parametrize(
    "schema",
    [
        '{"not": %s}',
        '{"not": {"not": %s}}',
        '{"if": %s, "then": true}',
        '{"if": {"not": %s}, "else": true}',
        '{"oneOf": [true, %s]}',
        '{"oneOf": [%s, false]}',
        '{"anyOf": [%s, false]}',
        '{"allOf": [{"not": %s}]}',
        '{"$ref": "#/$defs/x", "$defs": {"x": {"not": %s}}}',
    ],
)
@pytest.mark.parametrize(
    "unknown",
    ['{"$dynamicRef": "#"}', '"not a schema"', '{"allOf": 1}', '{"$ref": "#/nowhere"}'],
)
def test_what_nobody_can_judge_never_fits(validator: Validator, schema: str, unknown: str) -> None:
    assert not validator.fits(schema % unknown, "1"), schema % unknown


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ('{"contains": %s}', "[1]"),
        ('{"contains": %s, "minContains": 0}', "[1]"),
        ('{"contains": %s, "minContains": 0, "maxContains": 0}', "[1]"),
        ('{"propertyNames": {"not": %s}}', '{"a": 1}'),
        ('{"unevaluatedItems": {"not": %s}}', "[1]"),
    ],
)
def test_what_nobody_can_judge_never_fits_below_the_value(
    validator: Validator, schema: str, value: str
) -> None:
    assert not validator.fits(schema % '{"$dynamicRef": "#"}', value)


def test_a_choice_that_is_certain_does_not_need_the_unknown(validator: Validator) -> None:
    unknown = {"$dynamicRef": "#"}
    either = {"anyOf": [unknown, True]}
    neither = {"allOf": [False, unknown]}
    assert validator.fits(json.dumps(either), "1")
    assert not validator.fits(json.dumps({"not": either}), "1")
    assert validator.fits(json.dumps({"not": neither}), "1")


@pytest.mark.parametrize(
    ("schema", "value", "keyword"),
    [
        ("1", "1", "schema"),
        ("null", "1", "schema"),
        ('{"type": 5}', "1", "type"),
        ('{"type": null}', "1", "type"),
        ('{"enum": 5}', "1", "enum"),
        ('{"properties": []}', '{"a": 1}', "properties"),
        ('{"properties": {"a": 1}}', '{"a": 1}', "schema"),
        ('{"required": 5}', "{}", "required"),
        ('{"required": {"a": 1}}', "{}", "required"),
        ('{"patternProperties": 5}', "{}", "patternProperties"),
        ('{"dependentRequired": 5}', "{}", "dependentRequired"),
        ('{"dependentRequired": {"a": 1}}', "{}", "dependentRequired"),
        ('{"dependentSchemas": 5}', "{}", "dependentSchemas"),
        ('{"prefixItems": 5}', "[]", "prefixItems"),
        ('{"items": []}', "[1]", "schema"),
        ('{"multipleOf": 0}', "1", "multipleOf"),
        ('{"multipleOf": "a"}', "1", "multipleOf"),
        ('{"pattern": 5}', '"a"', "pattern"),
        ('{"allOf": {}}', "1", "schema"),
        ('{"$ref": 5}', "1", "schema"),
        ('{"$ref": "http://example.org/s"}', "1", "schema"),
        ('{"$ref": "#/$defs/none"}', "1", "schema"),
        ('{"$ref": "#none"}', "1", "schema"),
        ('{"$ref": ""}', "1", "schema"),
        ('{"$ref": "#/%FF/%00"}', "1", "schema"),
        ('{"$dynamicRef": "#"}', "1", "$dynamicRef"),
        ('{"$dynamicAnchor": "a"}', "1", "$dynamicAnchor"),
        ('{"$recursiveRef": "#"}', "1", "$recursiveRef"),
        ('{"$recursiveAnchor": true}', "1", "$recursiveAnchor"),
        ('{"$vocabulary": {}}', "1", "$vocabulary"),
        ('{"dependencies": {}}', "1", "dependencies"),
        ('{"additionalItems": true}', "1", "additionalItems"),
        ('{"$schema": "http://json-schema.org/draft-04/schema#"}', "1", "$schema"),
        ('{"allOf": [{"$id": "other"}]}', "1", "$id"),
    ],
)
def test_a_broken_schema_lets_nothing_pass_and_has_an_issue(
    validator: Validator, schema: str, value: str, keyword: str
) -> None:
    [entry] = validator.errors(schema, value)
    assert entry["keyword"] == keyword
    if keyword != "type":
        assert entry["unchecked"] is True
        assert entry["message"].startswith("cannot be checked: ")
    assert validator.issues(schema) != []


def test_limits_of_the_wrong_kind_raise_nothing(validator: Validator) -> None:
    keywords = """minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum minItems
        maxItems uniqueItems minProperties maxProperties"""
    for keyword in keywords.split():
        limits: list[Any] = ["a", None, [], {}, True, -1e300]
        for limit in limits:
            for value in ('"abc"', "1", "[1]", '{"a": 1}'):
                validator.errors(json.dumps({keyword: limit}), value)


def test_a_document_with_its_dialect_and_id_is_checked(validator: Validator) -> None:
    for dialect in ("schema", "schema#"):
        schema = json.dumps(
            {
                "$schema": f"https://json-schema.org/draft/2020-12/{dialect}",
                "$id": "https://example.org/s",
                "type": "object",
                "properties": {"next": {"$ref": "#"}},
            }
        )
        assert validator.issues(schema) == []
        assert validator.verdicts(schema, ['{"next": {}}', '{"next": 1}']) == [True, False]
