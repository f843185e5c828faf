"""The JSON Schema of a playbook document, for editors: completion, descriptions, red underlines.

The database is the judge of documents; this says the same in the words that editors understand, and
a test compares the two. docs/playbook.schema.json is this, printed by `make schema`.
"""

from __future__ import annotations

from typing import Any, Final

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


_LIMITS: Final[Schema] = {
    "timeout_seconds": _integer(
        "How long it may take. A step without one: AGENT_EXECUTION 600, API_CALL 30, "
        "DATABASE_QUERY 60, WAIT_FOR_INPUT none, others 300. A playbook: 3600.",
        1,
        _THIRTY_DAYS,
    ),
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
    **_LIMITS,
    "steps": {
        "description": "The steps, in the order in which they run unless links say otherwise.",
        "type": "array",
        "maxItems": 1000,
        "items": {"$ref": "#/$defs/step"},
    },
}

_STEP_TYPES: Final = {
    "AGENT_EXECUTION": "Ask an agent: a row of pbdb.agents, or one that a runner registered.",
    "DATA_TRANSFORM": "Build a value from other values.",
    "CONDITIONAL_BRANCH": "Go to one of several steps.",
    "PARALLEL_EXECUTION": "Run branches at the same time, or one body for each item of a list.",
    "WAIT_FOR_INPUT": "Wait for a person's answer, an event, or a time.",
    "API_CALL": "Call an HTTP API.",
    "DATABASE_QUERY": "Run one SQL statement with bound parameters.",
    "MEMORY_SEARCH": "Search the agents' memories.",
    "PROMPT_TEMPLATE": "Fill in a prompt.",
    "CUSTOM_FUNCTION": "Call a registered function, code in a sandbox, or another playbook.",
}

_STEP: Final[Schema] = {
    "name": {
        **_text("What other steps refer to it by: $steps.<name>.output, on_success."),
        "type": "string",
    },
    "type": {
        "description": "What the step does.",
        "oneOf": [{"const": name, "description": what} for name, what in _STEP_TYPES.items()],
    },
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
_ANY: Final[Schema] = {}
_STRING: Final[Schema] = {"type": "string"}
_OBJECT: Final[Schema] = {"type": "object"}
_ARRAY: Final[Schema] = {"type": "array"}
_MAPPING: Final[Schema] = {"anyOf": [_OBJECT, _PATH]}
_LIST: Final[Schema] = {"anyOf": [_ARRAY, _PATH, _OBJECT]}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 1}
_SYNTAX: Final[Schema] = {
    "enum": ["mustache", "single_brace"],
    "description": "single_brace reads {name} and {a.b} instead of {{ name }}.",
}
_ON_LOST: Final[Schema] = {
    "enum": ["retry", "fail", "wait"],
    "description": "What to do when the runner is lost and nobody knows how far it came.",
}
_TEMPLATE_NAME: Final[Schema] = {
    "template_name": {**_STRING, "description": "A stored prompt template."},
    "template_version": {**_COUNT, "description": "Default: the newest when activated."},
}

_CONFIG: Final[dict[str, Schema]] = {
    "AGENT_EXECUTION": {
        "agent": {**_STRING, "description": "The agent's name or id."},
        "agentId": _STRING,
        "agent_id": _STRING,
        "prompt": {**_STRING, "description": "What it is asked; a template."},
        "instructions": {**_STRING, "description": "Instead of the agent's own; a template."},
        "messages": {**_LIST, "description": "A conversation: {role, content} each."},
        "parameters": {**_MAPPING, "description": "Values that the agent is given."},
        "tools": {**_ARRAY, "description": "Names of tools that it may use."},
        "limits": {**_OBJECT, "description": "Caps on requests and tokens."},
        "model": {**_STRING, "description": "Instead of the agent's own."},
        **_TEMPLATE_NAME,
        "syntax": _SYNTAX,
        "on_lost": _ON_LOST,
    },
    "DATA_TRANSFORM": {
        "output": {**_ANY, "description": "The value: paths are replaced by what they give."},
        "operations": {**_ARRAY, "description": "Changes of the input, in order."},
        "output_format": {"enum": ["flat", "nested", "array"]},
        "outputFormat": {"enum": ["flat", "nested", "array"]},
    },
    "CONDITIONAL_BRANCH": {
        "branches": {**_ARRAY, "description": "Rules, tried in order: {when, then}."},
        "conditions": {
            **_ARRAY,
            "description": "The original form: {field, operator, value, trueBranch, falseBranch}.",
        },
        "default": {"type": ["string", "null"], "description": "The step when no rule holds."},
        "name": _STRING,
        "type": {"enum": ["simple"]},
        "field": _STRING,
        "operator": _STRING,
        "value": _ANY,
        "trueBranch": {"type": ["string", "null"]},
        "true_branch": {"type": ["string", "null"]},
        "falseBranch": {"type": ["string", "null"]},
        "false_branch": {"type": ["string", "null"]},
    },
    "PARALLEL_EXECUTION": {
        "for_each": {**_LIST, "description": "A list, or the path of one: the body runs for each."},
        "max_parallel": {
            **_COUNT,
            "maximum": 1000,
            "description": "How many run at the same time.",
        },
        "join": {
            "description": "How many must succeed: all, any, or at_least.",
            "anyOf": [
                {"enum": ["all", "any"]},
                {"type": "object", "required": ["at_least"], "properties": {"at_least": _COUNT}},
            ],
        },
        "on_branch_failure": {"enum": ["fail", "continue"]},
    },
    "WAIT_FOR_INPUT": {
        "prompt": {**_STRING, "description": "What the person is asked; a template."},
        "schema": {
            "type": ["object", "boolean"],
            "description": f"What the answer must be. {_JSON_SCHEMA}",
        },
        "event": {**_STRING, "description": "The name of an event to wait for instead."},
        "match": {**_MAPPING, "description": "What the event's payload must contain."},
        "assignees": {"type": ["array", "string"], "description": "Who may answer."},
        "answers": {**_COUNT, "maximum": 1000, "description": "How many answers are awaited."},
        "data": {**_ANY, "description": "What the person is shown."},
        "timeout_seconds": {"type": "number", "minimum": 1, "maximum": _THIRTY_DAYS},
        "for": {"type": ["string", "number"], "description": "Seconds, or an interval: 3 days."},
        "until": {**_STRING, "description": "A time."},
    },
    "API_CALL": {
        "method": {
            "type": "string",
            "pattern": "^([Gg][Ee][Tt]|[Pp][Oo][Ss][Tt]|[Pp][Uu][Tt]|[Pp][Aa][Tt][Cc][Hh]"
            "|[Dd][Ee][Ll][Ee][Tt][Ee]|[Hh][Ee][Aa][Dd]|[Oo][Pp][Tt][Ii][Oo][Nn][Ss])$",
            "default": "GET",
        },
        "url": {**_STRING, "description": "A template; inserted values are percent-encoded."},
        "headers": _MAPPING,
        "query": {**_MAPPING, "description": "Parameters that are added to the URL."},
        "body": {**_ANY, "description": "Sent as JSON, or as text."},
        "auth": {
            **_OBJECT,
            "description": "A secret by its name; the runner knows the value.",
            "required": ["type", "secret"],
            "properties": {
                "type": {"enum": ["bearer", "basic", "header"]},
                "secret": {**_STRING, "description": "The name of the secret, never its value."},
                "name": {**_STRING, "description": "type header: the header's name."},
            },
        },
        "expect_status": {
            "type": ["integer", "array", "string"],
            "description": "The statuses that count as success. Default: 2xx.",
        },
        "idempotent": {"type": "boolean", "description": "Whether it may be sent twice."},
        "follow_redirects": {
            "type": "boolean",
            "description": "Whether redirects are followed, each checked like the first address.",
        },
        "timeout": {"type": "number", "minimum": 1, "description": "Milliseconds."},
        "syntax": _SYNTAX,
        "on_lost": _ON_LOST,
    },
    "DATABASE_QUERY": {
        "query": {**_STRING, "description": "One statement, with $1, $2 … for parameters."},
        "params": {**_ARRAY, "description": "The values of $1, $2 …: paths or literals."},
        "max_rows": _COUNT,
        "mode": {"enum": ["read", "write"], "default": "read"},
    },
    "MEMORY_SEARCH": {
        "query": {**_STRING, "description": "What to look for; a template. Default: input.query."},
        "embedding": {**_LIST, "description": "A vector, instead of a text."},
        "agent_id": {**_STRING, "description": "Whose memories."},
        "agentId": _STRING,
        "limit": {**_COUNT, "maximum": 1000, "default": 10},
        "threshold": {"type": "number", "minimum": -1, "maximum": 1, "default": 0.7},
        "filter": {**_MAPPING, "description": "What the metadata must contain."},
        "mode": {"enum": ["vector", "text", "hybrid"], "default": "vector"},
        "model": {**_STRING, "description": "An embedding model. Default: the default one."},
    },
    "PROMPT_TEMPLATE": {
        "template": {
            "type": ["string", "array"],
            "description": "{{ name }}, {{ steps.a.output.b }}, {{#list}}…{{/list}}; or a list of "
            "{role, content}.",
        },
        **_TEMPLATE_NAME,
        "variables": {**_MAPPING, "description": "Values by name."},
        "missing": {
            "enum": ["error", "empty"],
            "description": "What a name without a value is. Default: error.",
        },
        "syntax": _SYNTAX,
    },
    "CUSTOM_FUNCTION": {
        "function": {**_STRING, "description": "A function that a runner registered."},
        "functionName": _STRING,
        "language": {"enum": ["typescript", "javascript"]},
        "code": {**_STRING, "description": "The body of an async function; it runs in a sandbox."},
        "playbook": {**_STRING, "description": "A playbook to run as one step."},
        "version": {**_COUNT, "description": "Default: the newest ACTIVE one."},
        "parameters": {**_MAPPING, "description": "Its arguments, overlaid by the input."},
        "limits": {**_OBJECT, "description": "Caps of the sandbox."},
        "on_lost": _ON_LOST,
    },
}


def document_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a playbook document."""
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
                "properties": _STEP,
                "allOf": [_when(name) for name in _STEP_TYPES],
            },
            **{f"{name}.config": _config(name) for name in _STEP_TYPES},
        },
    }


def _when(step_type: str) -> Schema:
    absent: Schema = {"type": "null"}
    then: Schema = {"properties": {"config": {"$ref": f"#/$defs/{step_type}.config"}}}
    if step_type == "PARALLEL_EXECUTION":
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
        "if": {"required": ["type"], "properties": {"type": {"const": step_type}}},
        "then": then,
    }


def _config(step_type: str) -> Schema:
    # Unknown keys are a warning of validate_playbook, so they are allowed here.
    return {"type": ["object", "null"], "properties": _CONFIG[step_type]}
