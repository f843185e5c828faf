"""Calls of tools: a playbook is started, followed, answered for; a fixed tool is its function."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import mcp_types as types
import psycopg
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from pbdb.server.arguments import unknown_keys
from pbdb.server.mcp import asking
from pbdb.server.mcp.desk import Context, Desk
from pbdb.server.mcp.fixed import FIXED, WAIT, Fixed
from pbdb.server.mcp.following import Standing, follow, look, patience
from pbdb.server.mcp.playbooks import PlaybookTool, find
from pbdb.server.problems import Problem, argument, of_database
from pbdb.server.requests import require_scope
from pbdb.server.routes import Answer

Result = types.CallToolResult | types.InputRequiredResult

_NOT_FOR_THIS_PERSON: Final = "PB013"
_MOST_SECONDS: Final = 600


async def call(desk: Desk, context: Context, params: types.CallToolRequestParams) -> Result:
    """Answer tools/call. What is refused is told to the model, so that it can do better."""
    arguments = params.arguments or {}
    try:
        if params.name in FIXED:
            return await _fixed(desk, context, FIXED[params.name], arguments)
        caller = desk.caller(context)
        require_scope(caller.principal, "start")
        tool = await find(desk, caller, params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f'there is no tool "{params.name[:100]}"')
        return await _playbook(desk, context, tool, params)
    except (Problem, psycopg.Error) as error:
        return _refused(_problem(error))


async def _playbook(
    desk: Desk, context: Context, tool: PlaybookTool, params: types.CallToolRequestParams
) -> Result:
    principal = desk.caller(context).principal
    if params.request_state is None:
        execution_id = await _start(desk, context, tool, params.arguments or {})
    else:
        execution_id = desk.states.open(params.request_state, principal, params.name)
        told = await _take_answers(desk, context, execution_id, params)
        if told is not None:
            return told
    return await _until_told(desk, context, tool, params.name, execution_id)


async def _start(
    desk: Desk, context: Context, tool: PlaybookTool, arguments: Mapping[str, Any]
) -> UUID:
    given = {
        "p_name": tool.name,
        "p_input": tool.input(arguments),
        "p_idempotency_key": desk.idempotency_key(context),
        "p_metadata": {"started_by": "mcp"},
    }
    function = desk.functions["start_playbook"]
    value = await desk.database.value(desk.caller(context).principal, function, given)
    return UUID(json.loads(value))


async def _until_told(
    desk: Desk, context: Context, tool: PlaybookTool, name: str, execution_id: UUID
) -> Result:
    """Follow until there is something to tell; ask the client's person on the way."""
    while True:
        standing = await follow(desk, context, execution_id, patience(context))
        if standing.has_ended or not standing.waits or not asking.can_ask(desk, context):
            return _told(standing, tool)
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return _ask(desk, context, name, standing, {})
        # Clients of before 2026 are asked while their call is open, where the way back is.
        if not context.session.can_send_request or not await _ask_now(desk, context, standing):
            return _told(standing, tool)


def _ask(
    desk: Desk, context: Context, name: str, standing: Standing, complaints: Mapping[str, str]
) -> types.InputRequiredResult:
    principal = desk.caller(context).principal
    requests: types.InputRequests = {
        each["step_address"]: asking.question(each, complaints.get(each["step_address"]))
        for each in standing.waits
    }
    state = desk.states.seal(principal, name, UUID(standing.execution["execution_id"]))
    return types.InputRequiredResult(input_requests=requests, request_state=state)


async def _take_answers(
    desk: Desk, context: Context, execution_id: UUID, params: types.CallToolRequestParams
) -> Result | None:
    """Give the steps the answers that came; return what to tell instead of going on."""
    require_scope(desk.caller(context).principal, "answer")
    standing = await look(desk, context, execution_id)
    responses = params.input_responses or {}
    complaints: dict[str, str] = {}
    is_declined = False
    for wait in standing.waits:
        response = responses.get(wait["step_address"])
        if not isinstance(response, types.ElicitResult):
            continue
        if response.action != "accept":
            is_declined = True
            continue
        complaint = await _submit(desk, context, wait, response)
        if complaint is not None:
            complaints[wait["step_address"]] = complaint
    if complaints:
        return _ask(desk, context, params.name, await look(desk, context, execution_id), complaints)
    return _told(await look(desk, context, execution_id)) if is_declined else None


async def _ask_now(desk: Desk, context: Context, standing: Standing) -> bool:
    """Ask for the first wait; return whether it was answered."""
    wait, complaint = standing.waits[0], None
    while True:
        response = await context.session.elicit_form(
            asking.message(wait, complaint),
            asking.form(wait["answer_schema"]),
            related_request_id=context.request_id,
        )
        if response.action != "accept":
            return False
        complaint = await _submit(desk, context, wait, response)
        if complaint is None:
            return True


async def _submit(
    desk: Desk, context: Context, wait: Mapping[str, Any], response: types.ElicitResult
) -> str | None:
    """Answer a step; return what is wrong with the answer when it can be given better."""
    answer = asking.answer_of(wait["answer_schema"], response.content)
    try:
        await asking.submit(desk, context, wait, answer)
    except (Problem, psycopg.Error) as error:
        problem = _problem(error)
        if problem.status != 422 or problem.code == _NOT_FOR_THIS_PERSON:
            raise
        return _words(problem)
    return None


async def _fixed(
    desk: Desk, context: Context, tool: Fixed, given: Mapping[str, Any]
) -> types.CallToolResult:
    principal = desk.caller(context).principal
    require_scope(principal, tool.scope)
    unknown_keys(given, tool.keys, "the argument")
    for key in tool.required:
        if key not in given:
            raise Problem(400, "PB017", f"{key} is missing")
    if tool.name == WAIT:
        return _told(await _waited(desk, context, given))
    arguments = {**tool.constants, **{tool.keys[key][0]: each for key, each in given.items()}}
    function = desk.functions[tool.function]
    if tool.answer is Answer.NOTHING:
        await desk.database.value(principal, function, arguments)
        return _content({"done": True})
    # Searching memories is a volatile function, and reads.
    found = await desk.database.rows(principal, function, arguments, only_reads=function.only_reads)
    rows = json.loads(found.json)
    if tool.answer is Answer.ITEMS:
        return _content({"items": rows})
    if not rows:
        raise Problem(404, "PB004", "there is no such thing in this organization")
    return _content(rows[0])


async def _waited(desk: Desk, context: Context, given: Mapping[str, Any]) -> Standing:
    seconds = given.get("seconds", 30)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise argument("seconds", "a number", seconds)
    try:
        execution_id = UUID(str(given["execution_id"]))
    except ValueError:
        raise argument("execution_id", "a uuid", given["execution_id"]) from None
    return await follow(desk, context, execution_id, min(max(seconds, 0), _MOST_SECONDS))


def _told(standing: Standing, tool: PlaybookTool | None = None) -> types.CallToolResult:
    """What a client is told of an execution: the tool's output, or where it stands."""
    found = standing.execution
    if standing.status == "COMPLETED" and tool is not None:
        return _content(tool.output(found["output_data"]))
    told: dict[str, Any] = {
        key: found[key]
        for key in ("execution_id", "status", "progress_percentage", "current_step_name")
    }
    if standing.status == "COMPLETED":
        told["output"] = found["output_data"]
    elif standing.has_ended:
        told |= {"error_code": found["error_code"], "error_message": found["error_message"]}
    else:
        told["waiting"] = [
            {key: each[key] for key in ("step_address", "prompt", "answer_schema", "assignees")}
            for each in standing.waits
        ]
        told["next"] = (
            "a person has to answer (answer_step, the inbox); do not call this tool again"
            if standing.waits
            else f"it goes on; {WAIT} waits for its end; do not call this tool again"
        )
    # An output that has a schema is promised: what is none of it may not look like one.
    is_short = tool is not None and (standing.has_ended or tool.has_output_schema)
    return _content(told, is_error=is_short or standing.status in ("FAILED", "TIMEOUT"))


def _content(value: Any, *, is_error: bool = False) -> types.CallToolResult:
    text = types.TextContent(text=json.dumps(value, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=value, is_error=is_error)


def _problem(error: Problem | psycopg.Error) -> Problem:
    return error if isinstance(error, Problem) else of_database(error, uuid.uuid4().hex)


def _refused(problem: Problem) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(text=_words(problem))],
        structured_content={
            "code": problem.code,
            "message": problem.message,
            "hint": problem.hint,
            "details": problem.details,
        },
        is_error=True,
    )


def _words(problem: Problem) -> str:
    parts = (f"{problem.code}: {problem.message}", problem.details, problem.hint)
    return "\n".join(each for each in parts if each)
