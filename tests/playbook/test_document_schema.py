"""The published JSON Schema says what the database says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import psycopg
import pytest
from hypothesis import given, settings

from pbdb.document.schema import document_schema
from playbook.samples import FULL, MALFORMED, documents

FILE = Path(__file__).parents[2] / "docs" / "playbook.schema.json"
SCHEMA = document_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# What only a reading of the whole document can tell.
BETWEEN_STEPS = ("names no step", "is taken by")


def test_the_published_file_is_up_to_date() -> None:
    assert json.loads(FILE.read_text()) == SCHEMA, "run `make schema`"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_takes_what_import_takes() -> None:
    VALIDATOR.validate(FULL)


@settings(max_examples=100, deadline=None)
@given(document=documents())
def test_it_takes_every_document(document: dict[str, Any]) -> None:
    # What may stand in a config depends on the type; other tests go through that.
    for step in list(steps(document["steps"])):
        step.pop("config", None)
        if "steps" in step:
            step["config"] = {"for_each": "$input"}
    VALIDATOR.validate(document)


def steps(found: list[dict[str, Any]]) -> Any:
    for step in found:
        yield step
        for inner in [step.get("steps", []), *step.get("branches", {}).values()]:
            yield from steps(inner)


@pytest.mark.parametrize(
    "document", [case[0] for case in MALFORMED if not any(w in case[1] for w in BETWEEN_STEPS)]
)
def test_it_refuses_what_import_refuses(document: Any) -> None:
    assert not VALIDATOR.is_valid(document)


def test_it_knows_the_same_keys(owner: psycopg.Connection[Any]) -> None:
    for name, part in (("playbook", SCHEMA), ("step", SCHEMA["$defs"]["step"])):
        rows = owner.execute(
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


def test_it_knows_the_same_step_types_and_configs(owner: psycopg.Connection[Any]) -> None:
    row = owner.execute("select enum_range(null::pbdb.playbook_step_type)::text[]").fetchone()
    assert row
    types = SCHEMA["$defs"]["step"]["properties"]["type"]["oneOf"]
    assert [each["const"] for each in types] == row[0]
    for name in row[0]:
        keys = {
            key: (choices, kinds)
            for key, kinds, choices in owner.execute(
                "select key, kinds, choices from pbdb._config_keys(%s)", (name,)
            )
        }
        config = SCHEMA["$defs"][f"{name}.config"]["properties"]
        assert set(config) == set(keys), f"{name}: add it to src/pbdb/document/schema.py"
        for key, (choices, _) in keys.items():
            if "enum" in config[key]:
                assert config[key]["enum"] == choices, (name, key)


def test_a_config_is_checked_by_its_type() -> None:
    def errors(step_type: str, config: Any) -> int:
        document = {"name": "p", "steps": [{"name": "a", "type": step_type, "config": config}]}
        return len(list(VALIDATOR.iter_errors(document)))

    assert errors("DATABASE_QUERY", {"mode": "rw"})
    assert not errors("DATABASE_QUERY", {"mode": "write", "query": "select 1", "other": 1})
    assert errors("PARALLEL_EXECUTION", {"max_parallel": 0})
    assert not errors("API_CALL", {"method": "post", "mode": "rw"})
