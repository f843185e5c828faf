"""The MCP server: which tools there are, calls of them, and executions and playbooks to read."""

from __future__ import annotations

import importlib.metadata
import json
import uuid
from typing import Any, Final
from urllib.parse import quote, unquote

import mcp_types as types
import psycopg
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError

from pbdb.server.mcp.calling import call
from pbdb.server.mcp.desk import Caller, Context, Desk
from pbdb.server.mcp.fixed import FIXED
from pbdb.server.mcp.playbooks import page
from pbdb.server.problems import Problem, of_database
from pbdb.server.requests import require_scope

_FRESH_MS: Final = 5000
_EXECUTION: Final = "pbdb://executions/"
_PLAYBOOK: Final = "pbdb://playbooks/"
_INSTRUCTIONS: Final = (
    "Each playbook of the organization that is meant for agents is a tool: calling it runs the "
    "playbook to its end and returns the output. A playbook that waits for a person asks through "
    "an elicitation, or says that it waits: never answer on your own account, and never call a "
    "tool again that says that its execution goes on."
)


def create(desk: Desk) -> Server[Any]:
    """Return a server of MCP over this desk; the transport is the caller's."""

    async def list_tools(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        caller = desk.caller(context)
        with _Told():
            return await _list_tools(desk, caller, params.cursor if params else None)

    async def call_tool(
        context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        return await call(desk, context, params)

    async def list_resources(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        with _Told():
            return await _list_resources(desk, desk.caller(context), params)

    async def list_templates(
        _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return _TEMPLATES

    async def read(
        context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        with _Told():
            return await _read(desk, desk.caller(context), params.uri)

    return Server(
        "pbdb",
        version=importlib.metadata.version("pbdb"),
        instructions=_INSTRUCTIONS,
        # No header repeats an argument: without this each call would list every tool first.
        get_tool_input_schema=lambda _name: None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
    )


_TEMPLATES: Final = types.ListResourceTemplatesResult(
    resource_templates=[
        types.ResourceTemplate(
            name="execution",
            uri_template=_EXECUTION + "{id}",
            description="Where an execution stands.",
            mime_type="application/json",
        ),
        types.ResourceTemplate(
            name="playbook",
            uri_template=_PLAYBOOK + "{name}",
            description="A playbook's newest version, with its document.",
            mime_type="application/json",
        ),
    ],
    ttl_ms=_FRESH_MS,
)


class _Told:
    """Turns what the database refuses into an error of the protocol."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, psycopg.Error):
            error = of_database(error, uuid.uuid4().hex)
        if isinstance(error, Problem):
            raise MCPError(
                types.INVALID_PARAMS if error.status < 500 else types.INTERNAL_ERROR,
                f"{error.code}: {error.message}",
                {"code": error.code, "hint": error.hint},
            ) from None


async def _list_tools(desk: Desk, caller: Caller, after: str | None) -> types.ListToolsResult:
    """The fixed tools on the first page, then playbooks by name: what the credential may call."""
    scopes = caller.principal.scopes
    tools = [] if after else [t.described() for t in FIXED.values() if t.scope in scopes]
    following = None
    if "start" in scopes:
        playbooks, has_more = await page(desk, caller, after)
        tools += [each.described() for each in playbooks]
        following = playbooks[-1].name if has_more else None
    return types.ListToolsResult(tools=tools, next_cursor=following, ttl_ms=_FRESH_MS)


async def _list_resources(
    desk: Desk, caller: Caller, params: types.PaginatedRequestParams | None
) -> types.ListResourcesResult:
    require_scope(caller.principal, "read")
    playbooks, has_more = await page(desk, caller, params.cursor if params else None)
    resources = [
        types.Resource(
            name=each.name,
            uri=_PLAYBOOK + quote(each.name, safe=""),
            description=each.row["description"],
            mime_type="application/json",
        )
        for each in playbooks
    ]
    following = playbooks[-1].name if has_more else None
    return types.ListResourcesResult(resources=resources, next_cursor=following, ttl_ms=_FRESH_MS)


async def _read(desk: Desk, caller: Caller, uri: str) -> types.ReadResourceResult:
    require_scope(caller.principal, "read")
    if uri.startswith(_EXECUTION):
        function, name = "get_execution", "p_execution_id"
    elif uri.startswith(_PLAYBOOK):
        function, name = "get_playbook", "p_name"
    else:
        raise Problem(404, "PB004", f"there is no resource {uri[:100]}")
    arguments = {name: unquote(uri.rpartition("/")[2])}
    found = await desk.database.rows(
        caller.principal, desk.functions[function], arguments, only_reads=True
    )
    if not found.number:
        raise Problem(404, "PB004", f"there is no resource {uri[:100]}")
    text = json.dumps(json.loads(found.json)[0], ensure_ascii=False)
    content = types.TextResourceContents(uri=uri, mime_type="application/json", text=text)
    return types.ReadResourceResult(contents=[content])
