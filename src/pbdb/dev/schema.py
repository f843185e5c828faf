"""The JSON Schema of a playbook document, for editors: completion, descriptions, red underlines.

    python -m pbdb.dev.schema docs/playbook.schema.json docs/step-types.md       (`make schema`)

The database is the judge of documents; this says the same in the words that editors understand, and
a test compares the two. What stands in `config` comes from the database itself.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import psycopg

from pbdb.dev import step_types
from pbdb.dev.step_types import Key, StepType

Schema = dict[str, Any]

URI: Final = "urn:pbdb:playbook-document"

_JSON_SCHEMA: Final = "A JSON Schema, draft 2020-12, with local references."
_THIRTY_DAYS: Final = 30 * 24 * 3600


def _text(description: str, lowest: int = 1, highest: int = 255) -> Schema:
    # Blank is as good as empty wherever a text must say something.
    pattern = {"pattern": "[^ ]"} if lowest else {}
    found = {"type": ["string", "null"], "maxLength": highest, **pattern}
    return {"description": description, **found}


def _integer(description: str, lowest: int, highest: int, **more: Any) -> Schema:
    return {
        "description": description,
        "type": ["integer", "null"],
        "minimum": lowest,
        "maximum": highest,
        **more,
    }


def _object(description: str) -> Schema:
    return {"description": description, "type": ["object", "null"]}


def _boolean(description: str) -> Schema:
    return {"description": description, "type": ["boolean", "null"], "default": False}


def _timeout(description: str) -> Schema:
    return _integer(description, 1, _THIRTY_DAYS)


_LIMITS: Final[Schema] = {
    "max_retries": _integer("Retries after the first attempt. Default: 3.", 0, 100),
    "retry_delay_seconds": _integer(
        "The delay before the first retry; it doubles each time, up to an hour, and is jittered. "
        "Default: 30.",
        0,
        _THIRTY_DAYS,
    ),
    "metadata": _object("Anything; pbdb keeps it and does not read it."),
}

_PLAYBOOK: Final[Schema] = {
    "name": {**_text("What the playbook is called and started by."), "type": "string"},
    "version": _integer(
        "Used when it is higher than every version there is; otherwise it becomes the next one.",
        1,
        1_000_000,
    ),
    "description": _text("What it is for.", 0, 10_000),
    "tags": {
        "description": "Words to find it by.",
        "type": ["array", "null"],
        "items": {"type": "string"},
    },
    "category": _text("What kind of playbook it is.", 1, 100),
    "agent_id": {
        "description": "The agent that it belongs to.",
        "type": ["string", "null"],
        "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    },
    "input_schema": _object(f"What an execution's input must be. {_JSON_SCHEMA}"),
    "output_schema": _object(f"What the output must be. {_JSON_SCHEMA}"),
    "output_mapping": {
        "description": "The output: an object of paths and values, or one path. "
        "Default: the output of the last completed step.",
        "anyOf": [
            {"type": ["object", "null"]},
            {"type": "string", "pattern": r"^\$"},
        ],
    },
    "timeout_seconds": _timeout("How long it may take. Default: 3600."),
    **_LIMITS,
    "steps": {
        "description": "The steps, in the order in which they run unless links say otherwise.",
        "type": "array",
        "maxItems": 1000,
        "items": {"$ref": "#/$defs/step"},
    },
}

# What the database says of the types is put in its place by `_step`.
_STEP: Final[Schema] = {
    "name": {
        **_text("What other steps refer to it by: $steps.<name>.output, on_success."),
        "type": "string",
    },
    "type": {},
    "order": _integer(
        "Its number in $step_<order>_output. Default: its position, depth first from 1.",
        0,
        1_000_000,
    ),
    "description": _text("What it is for.", 0, 10_000),
    "condition": {
        "description": 'When it runs: "$step_1_output.score > 80", '
        "{field, operator, value}, or all, any, not of those. False: it is skipped.",
        "type": ["string", "object", "null"],
    },
    "input_mapping": _object(
        "Its input. A text that begins with $ is a path, $$ a dollar sign, "
        '{"$all": path} every match. Default: the execution\'s input.'
    ),
    "config": _object("What it needs to know; depends on the type."),
    "input_schema": _object(f"What its input must be. {_JSON_SCHEMA}"),
    "output_schema": _object(f"What its output must be. {_JSON_SCHEMA}"),
    "on_success": _text("The step that comes next. Default: the next one in this list."),
    "on_failure": _text("The step that handles the failure of its last attempt."),
    "is_final": _boolean("Nothing comes after it in its list."),
    "is_optional": _boolean("When its last attempt fails, it is skipped and the rest goes on."),
    "timeout_seconds": {},
    **_LIMITS,
    "max_visits": _integer("How often a loop may come back to it.", 1, 100_000, default=1000),
    "branches": {
        "description": "PARALLEL_EXECUTION: the branches by name, each a list of steps.",
        "type": ["object", "null"],
        "minProperties": 1,
        "propertyNames": {"maxLength": 255, "pattern": "[^ ]"},
        "additionalProperties": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/$defs/step"},
        },
    },
    "steps": {
        "description": "PARALLEL_EXECUTION with config.for_each: the steps for each item, which "
        "read $item and $index.",
        "type": ["array", "null"],
        "minItems": 1,
        "items": {"$ref": "#/$defs/step"},
    },
}

_PATH: Final[Schema] = {"type": "string", "pattern": r"^\$"}
_OPERATORS: Final = (
    "$all",
    "$default",
    "$concat",
    "$append",
    "$join",
    "$sum",
    "$sort",
    "$object",
    "$merge",
)
_EVERY_MATCH: Final[Schema] = {
    "type": "object",
    "anyOf": [{"required": [operator]} for operator in _OPERATORS],
}
_KINDS: Final = {"text": "string"}


def document_schema(conn: psycopg.Connection[Any]) -> Schema:
    """Return the JSON Schema (draft 2020-12) of a playbook document."""
    types = step_types.step_types(conn)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": URI,
        "title": "pbdb playbook",
        "description": "A multi-step agent workflow that PostgreSQL runs.",
        "type": "object",
        "required": ["name", "steps"],
        "additionalProperties": False,
        "properties": _PLAYBOOK,
        "$defs": {
            "step": {
                "type": "object",
                "required": ["name", "type"],
                "additionalProperties": False,
                "properties": _step(types),
                "allOf": [_when(each) for each in types],
            },
            **{f"{each.name}.config": _config(each) for each in types},
        },
    }


def _step(types: Sequence[StepType]) -> Schema:
    defaults = ", ".join(f"{each.name} {each.default_timeout_seconds or 'none'}" for each in types)
    return {
        **_STEP,
        "type": {
            "description": "What the step does.",
            "oneOf": [{"const": each.name, "description": each.description} for each in types],
        },
        "timeout_seconds": _timeout(f"How long it may take. Default: {defaults}."),
    }


def _when(step_type: StepType) -> Schema:
    absent: Schema = {"type": "null"}
    then: Schema = {"properties": {"config": {"$ref": f"#/$defs/{step_type.name}.config"}}}
    if step_type.kind == "parallel":
        then |= {
            "if": {
                "required": ["config"],
                "properties": {"config": {"type": "object", "required": ["for_each"]}},
            },
            "then": {"properties": {"branches": absent}},
            "else": {"properties": {"steps": absent}},
        }
    else:
        then["properties"] |= {"branches": absent, "steps": absent}
    return {
        "if": {"required": ["type"], "properties": {"type": {"const": step_type.name}}},
        "then": then,
    }


def _config(step_type: StepType) -> Schema:
    # Unknown keys are a warning of validate_playbook, so they are allowed here.
    needed = [{"anyOf": list(group)} for group in _needed(step_type.members(""))]
    return {
        "description": step_type.description,
        "type": ["object", "null"],
        "properties": _properties(step_type, ""),
        # Null is no config; what it lacks is told when there is one.
        **({"if": {"type": "object"}, "then": {"allOf": needed}} if needed else {}),
    }


def _needed(keys: Sequence[Key]) -> Iterator[Iterator[Schema]]:
    """For each key, or group of keys, that must be there: its spellings."""
    groups: dict[str, list[Key]] = {}
    for key in keys:
        if key.is_required:
            groups.setdefault(key.one_of or key.key, []).append(key)
    for group in groups.values():
        yield ({"required": [name]} for key in group for name in _spellings(key))


def _spellings(key: Key) -> list[str]:
    return [key.name, *key.aliases, *([key.milliseconds_key] if key.milliseconds_key else [])]


def _properties(step_type: StepType, holder: str) -> Schema:
    found: Schema = {}
    for key in step_type.members(holder):
        schema = _value(step_type, key)
        found[key.name] = {"description": _described(key), **schema}
        for alias in key.aliases:
            found[alias] = {"description": f"Another name of {key.name}.", **schema}
        if key.milliseconds_key:
            found[key.milliseconds_key] = {
                "description": f"{key.name} in milliseconds, as the original system has it.",
                "type": "number",
                **_range(key, 1000),
            }
    return found


def _described(key: Key) -> str:
    words = key.description[0].upper() + key.description[1:] + "."
    if key.unit:
        words += f" In {key.unit}."
    if key.goes_with:
        words += f" Only with {' or '.join(key.goes_with)}."
    return words


def _value(step_type: StepType, key: Key) -> Schema:
    """What the value may be, in the words of JSON Schema."""
    default = {} if key.default_value is None else {"default": key.default_value}
    if "any" in key.kinds:
        return default
    forms = [_form(step_type, key, kind) for kind in key.kinds]
    if "path" in key.kinds and "object" not in key.kinds:
        forms.append(_EVERY_MATCH)
    plain = [form["type"] for form in forms if set(form) == {"type"}]
    if len(plain) == len(forms) and len(plain) > 1:
        return {"type": plain, **_range(key), **default}
    if len(forms) == 1:
        return {**forms[0], **_range(key), **default}
    return {"anyOf": forms, **_range(key), **default}


def _form(step_type: StepType, key: Key, kind: str) -> Schema:
    if kind == "path":
        return _PATH
    if kind == "text" and key.choices:
        if not key.is_caseless:
            return {"enum": key.choices}
        words = "|".join(re.sub("[A-Z]", lambda c: f"[{c[0]}{c[0].lower()}]", word)
                         for word in key.choices)  # fmt: skip
        return {"type": "string", "pattern": f"^({words})$"}
    schema: Schema = {"type": _KINDS.get(kind, kind)}
    if kind == "object" and (members := step_type.members(key.key)):
        schema["properties"] = _properties(step_type, key.key)
        schema["additionalProperties"] = False
        if needed := [member.name for member in members if member.is_required]:
            schema["required"] = needed
            for name in needed:
                schema["properties"][name] |= {"minLength": 1}
    if kind == "array" and step_type.members(f"{key.key}[]"):
        schema["items"] = {"properties": _properties(step_type, f"{key.key}[]")}
    return schema


def _range(key: Key, factor: int = 1) -> Schema:
    limits = {"minimum": key.lowest, "maximum": key.highest}
    return {
        name: int(value * factor) if value * factor == int(value * factor) else float(value)
        for name, value in limits.items()
        if value is not None
    }


def main() -> int:
    """Rewrite the files that are named: the schema, and the pages with tables of step types."""
    with step_types.fresh_database() as conn:
        for file in map(Path, sys.argv[1:]):
            if file.suffix == ".json":
                text = json.dumps(document_schema(conn), indent=2, ensure_ascii=False) + "\n"
            else:
                text = step_types.page(conn, file)
            file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
