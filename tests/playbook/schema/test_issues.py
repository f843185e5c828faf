"""What _schema_issues finds in a schema before anybody relies on it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from json_validator import Validator

# A schema, then path and code of each issue.
SCHEMAS: list[tuple[Any, list[tuple[str, str]]]] = [
    (True, []),
    (False, []),
    ({}, []),
    (1, [("", "SCHEMA_KEYWORD_INVALID")]),
    ({"minLenght": 5}, [("/minLenght", "SCHEMA_KEYWORD_UNKNOWN")]),
    ({"nullable": True}, [("/nullable", "SCHEMA_KEYWORD_UNKNOWN")]),
    ({"x-ours": True, "x-": 1}, []),
    ({"title": "a", "examples": [1], "default": None, "format": "email", "$comment": "c"}, []),
    ({"contentEncoding": "base64", "contentSchema": {"a": 1}}, [("/contentSchema/a", "SCHEMA_KEYWORD_UNKNOWN")]),
    ({"const": {"minLenght": 5}, "enum": [{"$ref": 1}], "default": {"type": 1}}, []),
    ({"properties": {"minLenght": {}}}, []),
    ({"properties": {"a/b~": {"type": 1}}}, [("/properties/a~1b~0/type", "SCHEMA_KEYWORD_INVALID")]),
    ({"definitions": {"a": 1}}, [("/definitions/a", "SCHEMA_KEYWORD_INVALID")]),
    ({"allOf": [{}, {"not": 1}]}, [("/allOf/1/not", "SCHEMA_KEYWORD_INVALID")]),
    ({"items": [{}]}, [("/items", "SCHEMA_KEYWORD_INVALID")]),
    ({"$schema": "https://json-schema.org/draft/2020-12/schema#"}, []),
    ({"$schema": "http://json-schema.org/draft-07/schema#"}, []),
    ({"$schema": "http://json-schema.org/draft-04/schema#"}, [("/$schema", "SCHEMA_KEYWORD_UNSUPPORTED")]),
    ({"$schema": 1}, [("/$schema", "SCHEMA_KEYWORD_INVALID")]),
    ({"$id": "https://example.org/s#"}, []),
    ({"$id": "https://example.org/s#part"}, [("/$id", "SCHEMA_KEYWORD_UNSUPPORTED")]),
    ({"items": {"$id": "part"}}, [("/items/$id", "SCHEMA_KEYWORD_UNSUPPORTED")]),
    ({"pattern": "("}, [("/pattern", "SCHEMA_PATTERN_INVALID")]),
    ({"pattern": 1}, [("/pattern", "SCHEMA_KEYWORD_INVALID")]),
    ({"patternProperties": {"(": 1}}, [
        ("/patternProperties/(", "SCHEMA_KEYWORD_INVALID"),
        ("/patternProperties/(", "SCHEMA_PATTERN_INVALID"),
    ]),
    ({"$ref": "#/$defs/a"}, [("/$ref", "SCHEMA_REF_DANGLING")]),
    ({"$ref": "#a"}, [("/$ref", "SCHEMA_REF_DANGLING")]),
    ({"$ref": "#/%FF"}, [("/$ref", "SCHEMA_REF_DANGLING")]),
    ({"$ref": "#/properties/a", "properties": {"b": {}}}, [("/$ref", "SCHEMA_REF_DANGLING")]),
    ({"$ref": "#/enum/0", "enum": [{}]}, [("/$ref", "SCHEMA_REF_DANGLING")]),
    ({"$ref": "#/allOf/-1", "allOf": [True]}, [("/$ref", "SCHEMA_REF_DANGLING")]),
    ({"$ref": "#/allOf/00", "allOf": [True]}, [("/$ref", "SCHEMA_REF_DANGLING")]),
    ({"$ref": "other.json"}, [("/$ref", "SCHEMA_REF_REMOTE")]),
    ({"$ref": "https://example.org/s#/$defs/a"}, [("/$ref", "SCHEMA_REF_REMOTE")]),
    ({"$ref": ""}, [("/$ref", "SCHEMA_REF_REMOTE")]),
    ({"$ref": 1}, [("/$ref", "SCHEMA_KEYWORD_INVALID")]),
    ({"$ref": "#a", "$defs": {"x": {"$anchor": "a"}}}, []),
    ({"$anchor": 1}, [("/$anchor", "SCHEMA_KEYWORD_INVALID")]),
    ({"$ref": "#"}, [("/$ref", "SCHEMA_REF_LOOP")]),
    ({"allOf": [{"anyOf": [{"$ref": "#"}]}]}, [("/allOf/0/anyOf/0/$ref", "SCHEMA_REF_LOOP")]),
    ({"then": {"$ref": "#"}, "if": True}, [("/then/$ref", "SCHEMA_REF_LOOP")]),
    ({"dependentSchemas": {"a": {"$ref": "#"}}}, [("/dependentSchemas/a/$ref", "SCHEMA_REF_LOOP")]),
    (
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}},
        [("/$defs/a/$ref", "SCHEMA_REF_LOOP"), ("/$defs/b/not/$ref", "SCHEMA_REF_LOOP")],
    ),
    ({"properties": {"a": {"$ref": "#"}}, "items": {"$ref": "#"}}, []),
    ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#"}}}}, []),
    ({"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {}}}, []),
]  # fmt: skip

# A kind of value, keywords that take it, good values and bad ones.
KINDS: list[tuple[list[str], list[Any], list[Any]]] = [
    (
        ["additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems", "contains",
         "propertyNames", "not", "if", "then", "else", "contentSchema"],
        [True, False, {}],
        [None, 1, "a", []],
    ),
    (["allOf", "anyOf", "oneOf", "prefixItems"], [[True], [{}, {}]], [[], {}, 1, None, [1]]),
    (
        ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"],
        [{}, {"a": True}],
        [[], 1, True, {"a": 1}],
    ),
    (["dependentRequired"], [{}, {"a": []}, {"a": ["b"]}], [[], {"a": 1}, {"a": [1]}, {"a": [["b"]]}]),
    (["required"], [[], ["a"]], [True, "a", [1], [["a"]], {}]),
    (["type"], ["integer", ["null", "array"]], ["any", [], ["any"], 1, None, {}, [["null"]]]),
    (
        ["minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains",
         "minProperties", "maxProperties"],
        [0, 2, 2.0],
        [-1, 1.5, "1", None, []],
    ),
    (["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], [-1, 0.5], ["1", None, True, []]),
    (["multipleOf"], [0.01, 2], [0, -1, "1", None]),
    (["uniqueItems", "deprecated", "readOnly", "writeOnly"], [True, False], ["true", 1, None]),
    (["enum", "examples"], [[], [1, None]], [1, {}, None]),
    (["const", "default"], [1, None, [], {}], []),
    (
        ["title", "description", "format", "contentEncoding", "contentMediaType", "$comment", "$anchor", "$id"],
        ["a"],
        [1, None, []],
    ),
]  # fmt: skip
UNSUPPORTED = [
    "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary",
    "dependencies", "additionalItems",
]  # fmt: skip


@pytest.mark.parametrize(("schema", "issues"), SCHEMAS, ids=lambda each: json.dumps(each)[:60])
def test_issues_are_found_where_they_are(
    validator: Validator, schema: Any, issues: list[tuple[str, str]]
) -> None:
    assert validator.issues(json.dumps(schema)) == issues


@pytest.mark.parametrize(("keywords", "good", "bad"), KINDS, ids=lambda each: str(each)[:30])
def test_a_keyword_takes_values_of_its_kind_only(
    validator: Validator, keywords: list[str], good: list[Any], bad: list[Any]
) -> None:
    for keyword in keywords:
        for value in good:
            assert validator.issues(json.dumps({keyword: value})) == [], (keyword, value)
        for value in bad:
            codes = {code for _, code in validator.issues(json.dumps({keyword: value}))}
            assert codes == {"SCHEMA_KEYWORD_INVALID"}, (keyword, value)


@pytest.mark.parametrize("keyword", UNSUPPORTED)
def test_a_keyword_that_would_be_ignored_is_an_issue(validator: Validator, keyword: str) -> None:
    assert validator.issues(json.dumps({"items": {keyword: {}}})) == [
        (f"/items/{keyword}", "SCHEMA_KEYWORD_UNSUPPORTED")
    ]


def test_every_keyword_of_the_specification_is_known(validator: Validator) -> None:
    known = {
        name
        for (name,) in validator.connection.execute(
            "select keyword from pbdb._schema_keywords()"
        ).fetchall()
    }
    tried = {name for names, _, _ in KINDS for name in names} | set(UNSUPPORTED)
    assert known == tried | {"pattern", "$ref", "$schema"}


def test_no_schema_has_no_issues(validator: Validator) -> None:
    rows = validator.connection.execute("select * from pbdb._schema_issues(null)").fetchall()
    assert rows == []


def test_every_issue_says_what_to_do(validator: Validator) -> None:
    broken: dict[str, Any] = {
        **{keyword: None for names, _, bad in KINDS for keyword in names if bad},
        **{keyword: {} for keyword in UNSUPPORTED},
        "pattern": "(",
        "mine": 1,
        "$ref": "#/nowhere",
        "$schema": "other",
        "$id": "a#b",
    }
    schemas = [broken, {"$ref": "elsewhere"}, {"$ref": "#"}, 5, {"pattern": 1, "$ref": 1}]
    for schema in schemas:
        rows = validator.connection.execute(
            "select path, message, hint from pbdb._schema_issues(%s::jsonb)", (json.dumps(schema),)
        ).fetchall()
        assert rows
        for path, message, hint in rows:
            assert path == "" or path.startswith("/")
            assert message, path
            assert hint.endswith("."), path


def test_a_schema_nested_beyond_a_hundred_levels_is_an_issue(validator: Validator) -> None:
    fine = '{"not":' * 100 + "{}" + "}" * 100
    assert validator.issues(fine) == []
    deep = '{"not":' * 150 + "{}" + "}" * 150
    [(path, code)] = validator.issues(deep)
    assert (path, code) == ("/not" * 101, "SCHEMA_TOO_DEEP")
    assert not validator.fits(deep, "1")


def test_references_that_multiply_are_an_issue(validator: Validator) -> None:
    def doubling(levels: int) -> str:
        double = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
        return json.dumps({"$ref": "#/$defs/d0", "$defs": {**double, f"d{levels}": {}}})

    assert validator.issues(doubling(8)) == []
    assert validator.fits(doubling(8), "1")
    assert validator.issues(doubling(60)) == [("", "SCHEMA_TOO_BIG")]


def test_a_big_schema_is_examined_quickly(validator: Validator) -> None:
    schema = {
        "properties": {f"n{n}": {"$ref": f"#/$defs/d{n}"} for n in range(500)},
        "$defs": {
            f"d{n}": {"anyOf": [{"type": "string"}, {"items": {"$ref": "#"}}]} for n in range(500)
        },
    }
    with validator.connection.transaction():
        validator.connection.execute("set local statement_timeout = '5s'")
        assert validator.issues(json.dumps(schema)) == []
