"""The published JSON Schema says what the database says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from psycopg.types.json import Jsonb

import server as servers
from pbdb.dev.schema import document_schema
from pbdb.dev.step_types import Key, StepType, step_types
from playbook.samples import FULL, MALFORMED, documents
from server import Server

FILE = Path(__file__).parents[2] / "docs" / "playbook.schema.json"
# What only a reading of the whole document can tell.
BETWEEN_STEPS = ("names no step", "is taken by")
# What may stand under a key, or be wrong there.
VALUES: list[Any] = [
    "text", "$input.x", {"$all": "$input.x[*]"}, "", 0, 1, 2, 0.5, 1.5, -2, 200, 10**7, True, False,
    None, [], ["a"], {}, {"a": 1},
]  # fmt: skip


@pytest.fixture(scope="module")
def conn(migrated: Server) -> Iterator[psycopg.Connection[Any]]:
    """A session in a database that nobody changes."""
    with servers.fresh_database(migrated) as database, database.connect("owner") as conn:
        yield conn


@pytest.fixture(scope="module")
def schema(conn: psycopg.Connection[Any]) -> dict[str, Any]:
    return document_schema(conn)


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema)


def test_the_published_file_is_up_to_date(schema: dict[str, Any]) -> None:
    assert json.loads(FILE.read_text()) == json.loads(json.dumps(schema)), "run `make schema`"


def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


def test_it_takes_what_import_takes(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(FULL)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(document=documents())
def test_it_takes_every_document(
    validator: jsonschema.Draft202012Validator, document: dict[str, Any]
) -> None:
    # What may stand in a config depends on the type; other tests go through that.
    for step in list(steps(document["steps"])):
        step.pop("config", None)
        if "steps" in step:
            step["config"] = {"for_each": "$input"}
    validator.validate(document)


def steps(found: list[dict[str, Any]]) -> Any:
    for step in found:
        yield step
        for inner in [step.get("steps", []), *step.get("branches", {}).values()]:
            yield from steps(inner)


@pytest.mark.parametrize(
    "document", [case[0] for case in MALFORMED if not any(w in case[1] for w in BETWEEN_STEPS)]
)
def test_it_refuses_what_import_refuses(
    validator: jsonschema.Draft202012Validator, document: Any
) -> None:
    assert not validator.is_valid(document)


def test_it_knows_the_same_keys(conn: psycopg.Connection[Any], schema: dict[str, Any]) -> None:
    for name, part in (("playbook", schema), ("step", schema["$defs"]["step"])):
        rows = conn.execute(
            "select key, is_required, lowest, highest from pbdb._document_fields(%s)", (name,)
        ).fetchall()
        assert {row[0] for row in rows} == set(part["properties"])
        assert {row[0] for row in rows if row[1]} == set(part["required"])
        for key, _, lowest, highest in rows:
            found = part["properties"][key]
            if "maximum" in found:
                assert (found["minimum"], found["maximum"]) == (lowest, highest), key
            if "maxLength" in found:
                assert found["maxLength"] == highest, key


def test_it_judges_every_value_of_every_key_as_activation_does(
    conn: psycopg.Connection[Any], schema: dict[str, Any]
) -> None:
    differences = []
    for step_type in step_types(conn):
        config = {"$ref": f"#/$defs/{step_type.name}.config", "$defs": schema["$defs"]}
        judge = jsonschema.Draft202012Validator(config)
        written = list(cases(step_type))
        refused = refusals(conn, step_type.name, [each for each, _ in written])
        for number, (each, place) in enumerate(written, 1):
            errors = {tuple(error.absolute_path) for error in judge.iter_errors(each)}
            # What the config as a whole lacks is another matter.
            is_refused = any(path and path[: len(place)] == place[: len(path)] for path in errors)
            if is_refused is not (number in refused):
                differences.append((step_type.name, each, is_refused))
    assert differences[:10] == []


def cases(step_type: StepType) -> Iterator[tuple[dict[str, Any], tuple[str | int, ...]]]:
    """A config for each value of each name of each key, and the place of the value in it."""
    for key in step_type.keys:
        for name in (key.name, *key.aliases, *filter(None, [key.milliseconds_key])):
            for value in [*VALUES, *(key.choices or []), *map(str.lower, key.choices or [])]:
                yield placed(step_type, key, name, value)


def placed(
    step_type: StepType, key: Key, name: str, value: Any
) -> tuple[dict[str, Any], tuple[str | int, ...]]:
    if not key.holder:
        return {name: value}, (name,)
    needed = {
        other.name: 1 if "integer" in other.kinds else "x"
        for other in step_type.members(key.holder)
        if other.is_required
    }
    holder = key.holder.removesuffix("[]")
    if holder != key.holder:
        return {holder: [{name: value}]}, (holder, 0, name)
    return {holder: {**needed, name: value}}, (holder, name)


def refusals(
    conn: psycopg.Connection[Any], step_type: str, configs: list[dict[str, Any]]
) -> set[int]:
    arguments = {"type": step_type, "configs": [Jsonb(config) for config in configs]}
    rows = conn.execute(
        "with given as (select array_fill(%(type)s::pbdb.playbook_step_type,"
        " array[cardinality(%(configs)s::jsonb[])]) as types, %(configs)s::jsonb[] as configs)"
        " select n from given, pbdb._config_key_issues(types, configs)"
        " where code <> 'CONFIG_KEY_UNKNOWN'"
        " union select n from given, pbdb._config_choice_issues(types, configs)"
        " where code = 'CONFIG_KEY_MISSING' and path <> ''",
        arguments,
    ).fetchall()
    return {row[0] for row in rows}


@pytest.mark.parametrize(
    ("step_type", "config", "is_right"),
    [
        ("DATABASE_QUERY", {"mode": "rw", "query": "select 1"}, False),
        ("DATABASE_QUERY", {"mode": "write", "query": "select 1", "other": 1}, True),
        ("DATABASE_QUERY", {}, False),
        ("DATABASE_QUERY", None, True),
        ("CUSTOM_FUNCTION", {"functionName": "sum"}, True),
        ("CUSTOM_FUNCTION", {"parameters": {}}, False),
        ("PARALLEL_EXECUTION", {"max_parallel": 0}, False),
        ("API_CALL", {"url": "https://x.io", "method": "post", "mode": "rw"}, True),
        ("API_CALL", {"url": "https://x.io", "auth": {"type": "query", "secret": "S"}}, True),
        ("API_CALL", {"url": "https://x.io", "auth": {"type": "bearer"}}, False),
        ("API_CALL", {"url": "https://x.io", "auth": {"secret": "S", "user": "x"}}, False),
    ],
)
def test_a_config_is_checked_by_its_type(
    validator: jsonschema.Draft202012Validator, step_type: str, config: Any, is_right: bool
) -> None:
    document = {"name": "p", "steps": [{"name": "a", "type": step_type, "config": config}]}
    assert validator.is_valid(document) is is_right


def test_every_key_is_described(schema: dict[str, Any], conn: psycopg.Connection[Any]) -> None:
    for step_type in step_types(conn):
        properties = schema["$defs"][f"{step_type.name}.config"]["properties"]
        assert all(each["description"] for each in properties.values()), step_type.name
