"""Playbooks as tools: their schemas as MCP takes them, their input and output in that form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import mcp_types as types

from pbdb.server.mcp.desk import Caller, Desk

PAGE: Final = 100

_HINTS: Final = {
    "readOnlyHint": "read_only_hint",
    "destructiveHint": "destructive_hint",
    "idempotentHint": "idempotent_hint",
    "openWorldHint": "open_world_hint",
}
_DEFINITIONS: Final = ("$defs", "definitions", "$schema")


@dataclass(frozen=True, slots=True)
class PlaybookTool:
    """A row of list_playbook_tools.

    A tool takes an object and returns one. Where a playbook's schema is of something else, that
    stands in a member of its own: `input`, `output`.
    """

    row: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The playbook's name, which is not always the tool's."""
        return str(self.row["name"])

    @property
    def has_output_schema(self) -> bool:
        """Whether what comes out has to fit."""
        return bool(self.row["output_schema"])

    def described(self) -> types.Tool:
        """Return it as clients see it."""
        row, said = self.row, self.row["annotations"]
        hints = {name: said[key] for key, name in _HINTS.items() if isinstance(said.get(key), bool)}
        title = said.get("title") if isinstance(said.get("title"), str) else None
        return types.Tool(
            name=row["tool_name"],
            title=title or row["name"],
            description=row["description"],
            input_schema=_object_schema(row["input_schema"], "input"),
            output_schema=(
                _object_schema(row["output_schema"], "output") if self.has_output_schema else None
            ),
            annotations=types.ToolAnnotations(**hints) if hints else None,
            _meta={"pbdb/playbook": row["name"], "pbdb/version": row["version"]},
        )

    def input(self, arguments: Mapping[str, Any]) -> Any:
        """What the playbook gets of the arguments of a call."""
        return (
            dict(arguments) if _is_of_objects(self.row["input_schema"]) else arguments.get("input")
        )

    def output(self, value: Any) -> dict[str, Any]:
        """What the client gets of the playbook's output."""
        schema = self.row["output_schema"]
        if isinstance(value, dict) and _is_of_objects(schema):
            return value
        return {"output": value}


async def page(desk: Desk, caller: Caller, after: str | None) -> tuple[list[PlaybookTool], bool]:
    """Return tools by name, and whether there are more."""
    arguments = {"p_agent_id": caller.agent_id, "p_after": after, "p_limit": PAGE}
    tools = await _rows(desk, caller, arguments)
    return tools, len(tools) == PAGE


async def find(desk: Desk, caller: Caller, tool_name: str) -> PlaybookTool | None:
    """Return the tool of this name."""
    arguments = {"p_agent_id": caller.agent_id, "p_tool_name": tool_name, "p_limit": 1}
    return next(iter(await _rows(desk, caller, arguments)), None)


async def _rows(desk: Desk, caller: Caller, arguments: dict[str, Any]) -> list[PlaybookTool]:
    function = desk.functions["list_playbook_tools"]
    given = {key: value for key, value in arguments.items() if value is not None}
    found = await desk.database.rows(caller.principal, function, given, only_reads=True)
    return [PlaybookTool(each) for each in json.loads(found.json)]


def _is_of_objects(schema: Any) -> bool:
    """Whether a schema lets an object through, as far as its type says."""
    kind = schema.get("type", "object") if isinstance(schema, dict) else "object"
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _object_schema(schema: Any, member: str) -> dict[str, Any]:
    """The schema as it is, of objects; one of something else is that of a member."""
    if not isinstance(schema, dict):
        return {"type": "object"}
    if _is_of_objects(schema):
        return {**schema, "type": "object"}
    # References start at the root.
    moved = {key: schema[key] for key in _DEFINITIONS if key in schema}
    inner = {key: value for key, value in schema.items() if key not in moved}
    return {"type": "object", "properties": {member: inner}, "required": [member], **moved}
