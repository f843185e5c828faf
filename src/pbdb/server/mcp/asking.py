"""A step that waits for a person, as MCP asks one: an elicitation, and the answer it brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import mcp_types as types

from pbdb.server.mcp.desk import Context, Desk

_PLAIN: Final = frozenset({"string", "number", "integer", "boolean"})
# What the members of a form may say; what else a schema asks for, the database checks.
_SAID: Final = ("type", "title", "description", "default", "enum", "items", "minimum", "maximum",
    "minLength", "maxLength")  # fmt: skip
_FORMATS: Final = frozenset({"email", "uri", "date", "date-time"})
_ANSWER: Final = "answer"


def can_ask(desk: Desk, context: Context) -> bool:
    """Whether the client asks its person for us, and the credential is for answering."""
    capabilities = context.session.client_capabilities
    is_able = capabilities is not None and capabilities.elicitation is not None
    return is_able and "answer" in desk.caller(context).principal.scopes


def question(wait: Mapping[str, Any], complaint: str | None = None) -> types.ElicitRequest:
    """Return what a person is asked for a row of list_inbox."""
    return types.ElicitRequest(
        params=types.ElicitRequestFormParams(
            message=message(wait, complaint), requested_schema=form(wait["answer_schema"])
        )
    )


def message(wait: Mapping[str, Any], complaint: str | None = None) -> str:
    """Return the words of a question; `complaint` says what was wrong with the last answer."""
    words = wait["prompt"] or f"{wait['playbook_name']}: {wait['step_address']} waits for an answer"
    return f"{complaint}\n\n{words}" if complaint else str(words)


def form(schema: Any) -> dict[str, Any]:
    """Return a flat form, which is all that the protocol knows; what is not flat is asked as JSON.

    The database checks the answer against the step's own schema.
    """
    if _is_flat(schema):
        members = {key: _member(each) for key, each in schema["properties"].items()}
        required = [each for each in schema.get("required", ()) if each in members]
        return {"type": "object", "properties": members, "required": required}
    hint = f"JSON that fits {json.dumps(schema)}" if schema else "JSON, or a text"
    field = {"type": "string", "title": "Answer", "description": hint}
    return {"type": "object", "properties": {_ANSWER: field}, "required": [_ANSWER]}


def answer_of(schema: Any, content: Mapping[str, Any] | None) -> Any:
    """Return the answer that the content of a form stands for."""
    given = dict(content or {})
    if _is_flat(schema):
        return given
    text = given.get(_ANSWER)
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


async def submit(desk: Desk, context: Context, wait: Mapping[str, Any], answer: Any) -> None:
    """Answer the step. Raises Problem or psycopg.Error when the database refuses the answer."""
    await desk.database.value(
        desk.caller(context).principal,
        desk.functions["submit_step_input"],
        {
            "p_execution_id": wait["execution_id"],
            "p_step_name": wait["step_address"],
            "p_answer": answer,
        },
    )


def _is_flat(schema: Any) -> bool:
    """Whether a schema is of an object whose members are plain, as elicitations can have them."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return False
    members = schema.get("properties")
    return isinstance(members, dict) and bool(members) and all(map(_is_plain, members.values()))


def _member(schema: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: schema[key] for key in _SAID if key in schema}
    return said | ({"format": schema["format"]} if schema.get("format") in _FORMATS else {})


def _is_plain(schema: Any) -> bool:
    if not isinstance(schema, dict) or "$ref" in schema:
        return False
    if schema.get("type") == "array":
        items = schema.get("items")
        return isinstance(items, dict) and _is_text_choice(items)
    if "enum" in schema:
        return _is_text_choice(schema)
    return schema.get("type") in _PLAIN


def _is_text_choice(schema: Mapping[str, Any]) -> bool:
    choices = schema.get("enum")
    return (
        schema.get("type") == "string"
        and isinstance(choices, list)
        and all(isinstance(each, str) for each in choices)
    )
