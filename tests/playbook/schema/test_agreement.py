"""Random schemas and values: ours and the Python package jsonschema give the same verdict."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from json_validator import Validator

# Few names and small numbers, so that schemas and values meet.
NAMES = st.sampled_from(["a", "b", "ab", "a/b", "ä~"])
# Halves are exact in binary, so that Python's floats agree with exact decimals.
NUMBERS = st.integers(-3, 6) | st.integers(-4, 8).map(lambda each: each / 2)
TEXTS = st.text("ab1 é😀", max_size=4)
PATTERNS = st.sampled_from(
    ["^a", "b$", "^[ab]+$", "a.b|1", "^(a|b){1,2}$", "[^a]", "\\d", "^\\S*$"]
)
TYPES = st.sampled_from(["string", "number", "integer", "boolean", "object", "array", "null"])
COUNTS = st.integers(0, 3)
REFERENCES = st.sampled_from(["#", "#/$defs/a", "#/$defs/a~1b", "#/$defs/%C3%A4~0"])

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
    "enum": st.lists(VALUES, min_size=1, max_size=3),
    "const": VALUES,
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "exclusiveMinimum": NUMBERS,
    "exclusiveMaximum": NUMBERS,
    "multipleOf": st.sampled_from([0.5, 1, 1.5, 2]),
    "minLength": COUNTS,
    "maxLength": COUNTS,
    "pattern": PATTERNS,
    "minItems": COUNTS,
    "maxItems": COUNTS,
    "uniqueItems": st.booleans(),
    "minProperties": COUNTS,
    "maxProperties": COUNTS,
    "required": st.lists(NAMES, max_size=2, unique=True),
    "dependentRequired": st.dictionaries(
        NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=2
    ),
    "$ref": REFERENCES,
}


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas of up to five keywords, whose subschemas are `inner`."""
    several = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, inner, max_size=3)
    deeper = {
        "properties": named,
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
        "additionalProperties": inner,
        "propertyNames": inner,
        "dependentSchemas": named,
        "prefixItems": several,
        "items": inner,
        "contains": inner,
        "allOf": several,
        "anyOf": several,
        "oneOf": several,
        "not": inner,
        "unevaluatedProperties": inner,
        "unevaluatedItems": inner,
    }
    groups = {
        "if": st.fixed_dictionaries({"if": inner}, optional={"then": inner, "else": inner}),
        "contains": st.fixed_dictionaries(
            {"contains": inner}, optional={"minContains": COUNTS, "maxContains": COUNTS}
        ),
    }
    singles = {**PLAIN, **deeper}
    return st.lists(
        st.sampled_from([*singles, *groups]).flatmap(
            lambda name: (
                groups[name] if name in groups else singles[name].map(lambda value: {name: value})
            )
        ),
        max_size=5,
    ).map(lambda parts: {key: value for part in parts for key, value in part.items()})


SCHEMAS = st.recursive(st.booleans() | keywords(st.booleans()), keywords, max_leaves=6)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return a whole schema with the definitions that REFERENCES can mean."""
    definitions = {name: draw(SCHEMAS) for name in ("a", "a/b", "ä~")}
    return {**draw(keywords(SCHEMAS)), "$defs": definitions}


@settings(
    max_examples=300,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(schema=documents(), values=st.lists(VALUES, min_size=1, max_size=6))
def test_both_validators_agree(validator: Validator, schema: Any, values: list[Any]) -> None:
    text = json.dumps(schema)
    note(text)
    issues = {code for _, code in validator.issues(text)}
    assume("SCHEMA_REF_LOOP" not in issues)
    assert issues == set()

    theirs = [Draft202012Validator(schema).is_valid(value) for value in values]
    ours = validator.verdicts(text, [json.dumps(value) for value in values])
    assert ours == theirs
