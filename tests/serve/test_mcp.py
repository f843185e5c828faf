"""Playbooks as tools, with the official client: over HTTP as one of two tenants, and over stdio."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import mcp_types as types
import psycopg
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.session import ElicitationFnT
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from psycopg.types.json import Jsonb

import build
from pbdb.server.mcp.fixed import FIXED
from serve.served import ALL, Served, token

ADD = {
    "name": "add up",
    "description": "Adds two numbers.",
    "metadata": {"mcp": True, "mcp_annotations": {"readOnlyHint": True}},
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
        "required": ["a", "b"],
    },
    "output_schema": {"type": "object", "properties": {"sum": {"type": "number"}}},
    "output_mapping": {"sum": "$steps.add.output"},
    "steps": [
        {"name": "add", "type": "DATA_TRANSFORM", "config": {"output": "$input.a + $input.b"}}
    ],
}
NUMBERS = {
    "name": "numbers",
    "metadata": {"mcp": True},
    "input_schema": {
        "type": "array",
        "items": {"$ref": "#/$defs/n"},
        "$defs": {"n": {"type": "integer"}},
    },
    "steps": [{"name": "say", "type": "DATA_TRANSFORM", "config": {"output": "$input"}}],
}
APPROVE = {
    "name": "approve",
    "metadata": {"mcp": True},
    "steps": [
        {
            "name": "ask",
            "type": "WAIT_FOR_INPUT",
            "config": {
                "prompt": "Pay {{ $input.amount }}?",
                "schema": {
                    "type": "object",
                    "properties": {
                        "approved": {"type": "boolean"},
                        "by": {"type": "string", "minLength": 2},
                    },
                    "required": ["approved", "by"],
                },
            },
        }
    ],
}
LIST = {
    "name": "list",
    "metadata": {"mcp": True},
    "steps": [
        {
            "name": "ask",
            "type": "WAIT_FOR_INPUT",
            "config": {"schema": {"type": "array", "minItems": 1}},
        }
    ],
}
DOCUMENTS = (ADD, NUMBERS, APPROVE, LIST)


@pytest.fixture
def tools(served: Served, app: psycopg.Connection[Any]) -> Served:
    """A server whose tenants have playbooks that are tools, beside those that are not."""
    with build.as_tenant(app, served.mine):
        for document in DOCUMENTS:
            app.execute("select apply_playbook(%s)", (Jsonb(document),))
    return served


@asynccontextmanager
async def client(
    served: Served,
    scope: str = ALL,
    *,
    tenant: uuid.UUID | None = None,
    asked: ElicitationFnT | None = None,
    mode: str = "auto",
    query: str = "",
) -> AsyncIterator[Client]:
    said = {"Authorization": f"Bearer {token(tenant or served.mine, scope)}"}
    async with httpx2.AsyncClient(headers=said, timeout=60) as http:
        transport = streamable_http_client(f"{served.address}/mcp{query}", http_client=http)
        async with Client(transport, elicitation_callback=asked, mode=mode) as found:
            yield found


def answering(*contents: dict[str, Any] | None, seen: list[Any] | None = None) -> ElicitationFnT:
    """Who answers questions one after the other; None declines."""
    rest = list(contents)

    async def answer(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        if seen is not None:
            seen.append(params)
        content = rest.pop(0)
        action = "decline" if content is None else "accept"
        return types.ElicitResult(action=action, content=content)  # type: ignore[arg-type]

    return answer


def text(result: Any) -> str:
    return str(result.content[0].text)


def test_playbooks_that_say_so_are_tools_with_their_schemas(tools: Served) -> None:
    async def story() -> None:
        async with client(tools) as mcp:
            found = {each.name: each for each in (await mcp.list_tools()).tools}
            assert set(found) == set(FIXED) | {
                "add_up_" + found_hash(found),
                "approve",
                "list",
                "numbers",
            }
            add = found["add_up_" + found_hash(found)]
            assert (add.title, add.description) == ("add up", "Adds two numbers.")
            assert (add.input_schema, add.output_schema) == (
                ADD["input_schema"],
                ADD["output_schema"],
            )
            assert add.annotations is not None and add.annotations.read_only_hint
            assert found["numbers"].input_schema["required"] == ["input"]
            result = await mcp.call_tool(add.name, {"a": 1, "b": 2})
            assert (result.structured_content, result.is_error) == ({"sum": 3}, False)
            listed = await mcp.call_tool("numbers", {"input": [1, 2]})
            assert listed.structured_content == {"output": [1, 2]}

    asyncio.run(story())


def found_hash(found: dict[str, Any]) -> str:
    (name,) = [each for each in found if each.startswith("add_up_")]
    return name.removeprefix("add_up_")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_input_that_does_not_fit_is_told_to_the_model(tools: Served, mode: str) -> None:
    async def story() -> None:
        async with client(tools, mode=mode) as mcp:
            names = [each.name for each in (await mcp.list_tools()).tools]
            (add,) = [each for each in names if each.startswith("add_up_")]
            result = await mcp.call_tool(add, {"a": "one"})
            assert result.is_error and text(result).startswith("PB006")
            with pytest.raises(MCPError, match="there is no tool"):
                await mcp.call_tool("echo", {})

    asyncio.run(story())


def test_a_wait_comes_out_as_an_elicitation_and_the_answer_goes_in(tools: Served) -> None:
    async def story() -> None:
        seen: list[Any] = []
        asked = answering({"approved": True, "by": "A"}, {"approved": True, "by": "Ada"}, seen=seen)
        async with client(tools, asked=asked) as mcp:
            result = await mcp.call_tool("approve", {"amount": 12})
        assert result.structured_content == {"approved": True, "by": "Ada"}
        assert seen[0].message == "Pay 12?"
        assert seen[0].requested_schema["properties"]["by"] == {"type": "string", "minLength": 2}
        # What does not fit the step's schema is asked again, with what is wrong.
        assert "PB012" in seen[1].message

    asyncio.run(story())


def test_an_answer_that_is_no_flat_object_is_asked_as_json(tools: Served) -> None:
    async def story() -> None:
        async with client(tools, asked=answering({"answer": "[1, 2]"})) as mcp:
            result = await mcp.call_tool("list", {})
        assert result.structured_content == {"output": [1, 2]}

    asyncio.run(story())


@pytest.mark.parametrize(
    ("scope", "asks"), [("read start", True), (ALL, False)], ids=["no scope", "no client that asks"]
)
def test_who_cannot_answer_is_told_that_it_waits(tools: Served, scope: str, asks: bool) -> None:
    async def story() -> None:
        asked = answering() if asks else None
        async with client(tools, scope, asked=asked) as mcp:
            names = {each.name for each in (await mcp.list_tools()).tools}
            assert ("answer_step" in names) == ("answer" in scope)
            result = await mcp.call_tool("approve", {"amount": 12})
            told = result.structured_content
            assert (told["status"], told["waiting"][0]["step_address"]) == ("PAUSED", "ask")
            refused = await mcp.call_tool(
                "answer_step",
                {
                    "execution_id": told["execution_id"],
                    "step": "ask",
                    "answer": {"approved": True, "by": "me"},
                },
            )
            assert refused.is_error == ("answer" not in scope)

    asyncio.run(story())


def test_a_person_who_declines_leaves_it_waiting(tools: Served) -> None:
    async def story() -> None:
        async with client(tools, asked=answering(None)) as mcp:
            result = await mcp.call_tool("approve", {"amount": 12})
            assert result.structured_content["status"] == "PAUSED"
            inbox = await mcp.call_tool("list_inbox", {})
            assert len(inbox.structured_content["items"]) == 1

    asyncio.run(story())


def test_a_state_that_is_tampered_with_or_another_tenants_changes_nothing(
    tools: Served, app: psycopg.Connection[Any]
) -> None:
    with build.as_tenant(app, tools.theirs):
        app.execute("select apply_playbook(%s)", (Jsonb(APPROVE),))

    async def story() -> None:
        answers: types.InputResponses = {
            "ask": types.ElicitResult(action="accept", content={"approved": True, "by": "Eve"})
        }
        async with client(tools, asked=answering()) as mcp:
            first = await mcp.session.call_tool("approve", {"amount": 1}, allow_input_required=True)
            assert isinstance(first, types.InputRequiredResult) and first.request_state
            state = first.request_state
            head, body, mark = state.split(".")
            swapped = body[:9] + ("A" if body[9] != "A" else "B") + body[10:]
            for bad in (f"{head}.{swapped}.{mark}", f"{head}.{body}.", "", "x" * 5000):
                refused = await mcp.session.call_tool(
                    "approve",
                    {"amount": 1},
                    input_responses=answers,
                    request_state=bad,
                    allow_input_required=True,
                )
                assert isinstance(refused, types.CallToolResult) and refused.is_error, bad
            other = await mcp.session.call_tool(
                "list", {}, input_responses=answers, request_state=state, allow_input_required=True
            )
            assert isinstance(other, types.CallToolResult) and other.is_error
        async with client(tools, tenant=tools.theirs, asked=answering()) as mcp:
            stolen = await mcp.session.call_tool(
                "approve",
                {"amount": 1},
                input_responses=answers,
                request_state=state,
                allow_input_required=True,
            )
            assert isinstance(stolen, types.CallToolResult) and stolen.is_error
        async with client(tools) as mcp:
            waiting = await mcp.call_tool("list_inbox", {"playbook_name": "approve"})
            assert len(waiting.structured_content["items"]) == 1

    asyncio.run(story())


def test_the_same_key_starts_once(tools: Served) -> None:
    async def story() -> None:
        meta: Any = {"idempotency_key": "order-7"}
        async with client(tools, "read start") as mcp:
            one = await mcp.call_tool("approve", {"amount": 1}, meta=meta)
            two = await mcp.call_tool("approve", {"amount": 1}, meta=meta)
            assert one.structured_content["execution_id"] == two.structured_content["execution_id"]
            other = await mcp.call_tool("approve", {"amount": 2}, meta=meta)
            assert other.is_error and text(other).startswith("PB007")

    asyncio.run(story())


def test_fixed_tools_are_the_functions_in_their_scopes(tools: Served) -> None:
    async def story() -> None:
        async with client(tools) as mcp:
            started = (await mcp.call_tool("approve", {"amount": 1})).structured_content[
                "execution_id"
            ]
            found = await mcp.call_tool("get_execution", {"execution_id": started})
            assert found.structured_content["playbook_name"] == "approve"
            listed = await mcp.call_tool("list_executions", {"status": ["PAUSED"], "limit": 5})
            assert [each["execution_id"] for each in listed.structured_content["items"]] == [
                started
            ]
            assert (
                await mcp.call_tool("search_memories", {"query": "tea"})
            ).structured_content == {"items": []}
            assert not (await mcp.call_tool("cancel_execution", {"execution_id": started})).is_error
            ended = await mcp.call_tool(
                "wait_for_execution", {"execution_id": started, "seconds": 5}
            )
            assert ended.structured_content["status"] == "CANCELLED"
            slip = await mcp.call_tool("get_execution", {"execution": started})
            assert slip.is_error and "did you mean execution_id" in text(slip)
            read = await mcp.read_resource(f"pbdb://executions/{started}")
            assert '"status": "CANCELLED"' in read.contents[0].text  # type: ignore[union-attr]
            playbook = await mcp.read_resource("pbdb://playbooks/add%20up")
            assert "Adds two numbers." in playbook.contents[0].text  # type: ignore[union-attr]
        async with client(tools, "read") as mcp:
            names = {each.name for each in (await mcp.list_tools()).tools}
            assert not names & {"approve", "answer_step", "cancel_execution"}
            refused = await mcp.call_tool("approve", {"amount": 1})
            assert refused.is_error and text(refused).startswith("42501")
        async with client(tools, tenant=tools.theirs) as mcp:
            theirs = await mcp.call_tool("get_execution", {"execution_id": started})
            nobodys = await mcp.call_tool("get_execution", {"execution_id": str(uuid.uuid4())})
            assert text(theirs) == text(nobodys)

    asyncio.run(story())


def test_progress_is_told_while_an_execution_goes_on(
    tools: Served, app: psycopg.Connection[Any]
) -> None:
    document = {
        **APPROVE,
        "name": "slow",
        "steps": [ADD["steps"][0] | {"config": {"output": 1}}, *APPROVE["steps"]],  # type: ignore[index]
    }
    with build.as_tenant(app, tools.mine):
        app.execute("select apply_playbook(%s)", (Jsonb(document),))

    async def story() -> None:
        told: list[tuple[float, float | None]] = []

        async def note(progress: float, total: float | None, message: str | None) -> None:
            told.append((progress, total))

        async with client(tools, asked=answering({"approved": True, "by": "Ada"})) as mcp:
            await mcp.call_tool("slow", {}, progress_callback=note)
        assert (50, 100) in told

    asyncio.run(story())


def test_nobody_comes_in_without_a_token_or_under_another_name(tools: Served) -> None:
    with httpx2.Client(base_url=tools.address) as http:
        refused = http.post("/mcp", json={})
        assert (refused.status_code, refused.json()["code"]) == (401, "PB001")
        assert "Bearer" in refused.headers["WWW-Authenticate"]
        said = {"Host": "evil.test", "Authorization": f"Bearer {token(tools.mine)}"}
        assert http.post("/mcp", json={}, headers=said).status_code == 400


def test_an_agents_tools_are_its_own(tools: Served, app: psycopg.Connection[Any]) -> None:
    with build.as_tenant(app, tools.mine):
        (agent,) = app.execute("select define_agent('clerk', 'test')").fetchone()  # type: ignore[misc]
        app.execute(
            "select apply_playbook(%s)",
            (Jsonb({**LIST, "name": "of-clerk", "agent_id": str(agent)}),),
        )

    async def story() -> None:
        async with client(tools, query=f"?agent={agent}") as mcp:
            names = {each.name for each in (await mcp.list_tools()).tools}
            assert names == {*FIXED, "of-clerk"}

    asyncio.run(story())


def test_a_tool_never_has_the_name_of_another(tools: Served, app: psycopg.Connection[Any]) -> None:
    with build.as_tenant(app, tools.mine):
        for name in ("a b", "a.b", "x" * 80, "x" * 81, *FIXED):
            app.execute("select apply_playbook(%s)", (Jsonb({**LIST, "name": name}),))
        names = [each for (each,) in app.execute("select tool_name from list_playbook_tools()")]
    assert len(set(names)) == len(names) and not set(names) & set(FIXED)
    assert all(len(each) <= 64 for each in names)


def stdio(url: str, *options: str) -> StdioServerParameters:
    arguments = ["-m", "pbdb", "mcp", "--url", url, *options]
    return StdioServerParameters(command=sys.executable, args=arguments, env={})


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_stdio_a_client_runs_and_answers_for_its_person(
    tools: Served, database: Any, mode: str
) -> None:
    mine = ("--organization", str(tools.mine))

    async def story() -> None:
        asked = answering({"approved": True, "by": "Ada"})
        server = stdio(database.url("app"), *mine, "--scopes", "read start answer")
        async with Client(server, elicitation_callback=asked, mode=mode) as mcp:
            result = await mcp.call_tool("approve", {"amount": 3})
            assert result.structured_content == {"approved": True, "by": "Ada"}
        async with Client(stdio(database.url("app"), *mine), mode=mode) as mcp:
            names = {each.name for each in (await mcp.list_tools()).tools}
            assert "answer_step" not in names and "cancel_execution" not in names

    asyncio.run(story())
