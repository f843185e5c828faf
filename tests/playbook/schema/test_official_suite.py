"""The official JSON Schema Test Suite, draft 2020-12: one round trip per file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from json_validator import Validator

SUITE = Path(__file__).parents[2] / "data" / "json-schema-test-suite" / "draft2020-12"
FILES = sorted(path.relative_to(SUITE).as_posix() for path in SUITE.rglob("*.json"))

NUL = "jsonb cannot hold U+0000"
ID = "$id below the top of the document is not supported"
REMOTE = "$ref into another document is not supported"
DYNAMIC = "$dynamicRef and $dynamicAnchor are not supported"
DIALECT = "$schema of another dialect is not supported"
LEGACY = "dependencies, of older drafts, is refused instead of ignored"
NOWHERE = "$ref must lead to a place that holds a schema"
PROPERTY_CLASS = r"\p{...} is not supported in patterns"

# File, then group of cases, then why it is out of scope.
OUT_OF_SCOPE: dict[str, dict[str, str]] = {
    "anchor.json": {
        "Location-independent identifier with absolute URI": ID,
        "Location-independent identifier with base URI change in subschema": ID,
        "same $anchor with different base uri": ID,
    },
    "const.json": {
        "nul characters in strings": NUL,
    },
    "defs.json": {
        "validate definition against metaschema": REMOTE,
    },
    "dynamicRef.json": {
        "A $dynamicRef to a $dynamicAnchor in the same schema resource behaves like a "
        "normal $ref to an $anchor": DYNAMIC,
        "A $dynamicRef to an $anchor in the same schema resource behaves like a normal "
        "$ref to an $anchor": DYNAMIC,
        "A $ref to a $dynamicAnchor in the same schema resource behaves like a normal "
        "$ref to an $anchor": DYNAMIC,
        "A $dynamicRef resolves to the first $dynamicAnchor still in scope that is "
        "encountered when the schema is evaluated": DYNAMIC,
        "A $dynamicRef without anchor in fragment behaves identical to $ref": DYNAMIC,
        "A $dynamicRef with intermediate scopes that don't include a matching "
        "$dynamicAnchor does not affect dynamic scope resolution": DYNAMIC,
        "An $anchor with the same name as a $dynamicAnchor is not used for dynamic scope "
        "resolution": DYNAMIC,
        "A $dynamicRef without a matching $dynamicAnchor in the same schema resource "
        "behaves like a normal $ref to $anchor": DYNAMIC,
        "A $dynamicRef with a non-matching $dynamicAnchor in the same schema resource "
        "behaves like a normal $ref to $anchor": DYNAMIC,
        "A $dynamicRef that initially resolves to a schema with a matching "
        "$dynamicAnchor resolves to the first $dynamicAnchor in the dynamic scope": DYNAMIC,
        "A $dynamicRef that initially resolves to a schema without a matching "
        "$dynamicAnchor behaves like a normal $ref to $anchor": DYNAMIC,
        "multiple dynamic paths to the $dynamicRef keyword": DYNAMIC,
        "after leaving a dynamic scope, it is not used by a $dynamicRef": DYNAMIC,
        "strict-tree schema, guards against misspelled properties": DYNAMIC,
        "tests for implementation dynamic anchor and reference link": DYNAMIC,
        "$ref and $dynamicAnchor are independent of order - $defs first": DYNAMIC,
        "$ref and $dynamicAnchor are independent of order - $ref first": DYNAMIC,
        "$ref to $dynamicRef finds detached $dynamicAnchor": REMOTE,
        "$dynamicRef points to a boolean schema": DYNAMIC,
        "$dynamicRef skips over intermediate resources - direct reference": DYNAMIC,
    },
    "enum.json": {
        "nul characters in strings": NUL,
    },
    "optional/dependencies-compatibility.json": {
        "single dependency": LEGACY,
        "empty dependents": LEGACY,
        "multiple dependents required": LEGACY,
        "dependencies with escaped characters": LEGACY,
        "single schema dependency": LEGACY,
        "boolean subschemas": LEGACY,
        "schema dependencies with escaped characters": LEGACY,
    },
    "optional/dynamicRef.json": {
        "$dynamicRef skips over intermediate resources - pointer reference across "
        "resource boundary": DYNAMIC,
    },
    "optional/ecmascript-regex.json": {
        "patterns always use unicode semantics with pattern": PROPERTY_CLASS,
        "pattern with non-ASCII digits": PROPERTY_CLASS,
        "patterns always use unicode semantics with patternProperties": PROPERTY_CLASS,
        "patternProperties with non-ASCII digits": PROPERTY_CLASS,
    },
    "optional/id.json": {
        "$id inside an enum is not a real identifier": ID,
    },
    "optional/refOfUnknownKeyword.json": {
        "reference of a root arbitrary keyword ": NOWHERE,
        "reference of an arbitrary keyword of a sub-schema": NOWHERE,
        "reference internals of known non-applicator": NOWHERE,
    },
    "optional/unknownKeyword.json": {
        "$id inside an unknown keyword is not a real identifier": ID,
    },
    "ref.json": {
        "remote ref, containing refs itself": REMOTE,
        "Recursive references between schemas": ID,
        "refs with relative uris and defs": ID,
        "relative refs with absolute uris and defs": ID,
        "$id must be resolved against nearest parent, not just immediate parent": ID,
        "order of evaluation: $id and $ref": ID,
        "order of evaluation: $id and $anchor and $ref": ID,
        "URN ref with nested pointer ref": ID,
        "ref to if": ID,
        "ref to then": ID,
        "ref to else": ID,
        "ref with absolute-path-reference": ID,
    },
    "refRemote.json": {
        "remote ref": REMOTE,
        "fragment within remote ref": REMOTE,
        "anchor within remote ref": REMOTE,
        "ref within remote ref": REMOTE,
        "base URI change": ID,
        "base URI change - change folder": ID,
        "base URI change - change folder in subschema": ID,
        "root ref in remote ref": REMOTE,
        "remote ref with ref to defs": REMOTE,
        "Location-independent identifier in remote ref": REMOTE,
        "retrieved nested refs resolve relative to their URI not $id": REMOTE,
        "remote HTTP ref with different $id": REMOTE,
        "remote HTTP ref with different URN $id": REMOTE,
        "remote HTTP ref with nested absolute ref": REMOTE,
        "$ref to $ref finds detached $anchor": REMOTE,
    },
    "unevaluatedItems.json": {
        "unevaluatedItems with $dynamicRef": DYNAMIC,
    },
    "unevaluatedProperties.json": {
        "unevaluatedProperties with $dynamicRef": DYNAMIC,
    },
    "vocabulary.json": {
        "schema that uses custom metaschema with with no validation vocabulary": DIALECT,
        "ignore unrecognized optional vocabulary": DIALECT,
    },
}


def run(validator: Validator, groups: list[Any]) -> list[tuple[Any, ...]]:
    """Return group, case, should it fit, the errors and the codes of the schema's issues."""
    return validator.connection.execute(
        """
        select g.value ->> 'description', t.value ->> 'description', t.value -> 'valid',
            pbdb._schema_errors(g.value -> 'schema', t.value -> 'data'),
            array(
                select i.code from pbdb._schema_issues(g.value -> 'schema') as i
                where i.code <> 'SCHEMA_KEYWORD_UNKNOWN'
            )
        from jsonb_array_elements(%s::jsonb) as g(value)
        cross join lateral jsonb_array_elements(g.value -> 'tests') as t(value)
        """,
        (json.dumps(groups),),
    ).fetchall()


def groups_of(file: str, *, in_scope: bool) -> list[Any]:
    excluded = OUT_OF_SCOPE.get(file, {})
    groups = json.loads((SUITE / file).read_text())
    return [group for group in groups if (group["description"] not in excluded) is in_scope]


@pytest.mark.parametrize("file", FILES)
def test_the_suite_passes(validator: Validator, file: str) -> None:
    for group, case, valid, errors, issues in run(validator, groups_of(file, in_scope=True)):
        assert issues == [], f"{group}: {case}"
        assert (errors == []) is valid, f"{group}: {case}: {errors}"


@pytest.mark.parametrize("file", sorted(OUT_OF_SCOPE))
def test_a_schema_out_of_scope_has_an_issue_and_lets_nothing_wrong_pass(
    validator: Validator, file: str
) -> None:
    groups = groups_of(file, in_scope=False)
    assert {group["description"] for group in groups} == set(OUT_OF_SCOPE[file])

    groups = [group for group in groups if OUT_OF_SCOPE[file][group["description"]] != NUL]
    for group, case, valid, errors, issues in run(validator, groups):
        assert issues, f"{group}: {case}"
        assert valid or errors, f"{group}: {case}"


@pytest.mark.parametrize("file", sorted(f for f in OUT_OF_SCOPE if NUL in OUT_OF_SCOPE[f].values()))
def test_a_schema_with_a_zero_character_cannot_be_stored(validator: Validator, file: str) -> None:
    for group in groups_of(file, in_scope=False):
        if OUT_OF_SCOPE[file][group["description"]] == NUL:
            with pytest.raises(psycopg.errors.UntranslatableCharacter):
                validator.issues(json.dumps(group["schema"]))
