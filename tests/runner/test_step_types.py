"""The step types of a runner from the document to the stored result, with what they need."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from http_server import HttpServer, Received, Reply
from runner.harness import Playground, eventually


def step(name: str, type: str, config: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "config": dict(config), **fields}


def test_an_api_call_sends_templates_and_secrets_and_stores_neither_cookie_nor_secret(
    here: Playground, http: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    http.routes["/leads/7"] = lambda request: Reply(
        {"seen": request.headers["authorization"], "name": "Ada"}, 200, {"set-cookie": "a=b"}
    )
    monkeypatch.setenv("PBDB_SECRET_CRM", "very-secret-value")
    monkeypatch.setenv("PBDB_EGRESS_ALLOW", f"127.0.0.1:{http.port}")
    here.start_runner()

    result = here.run(
        step(
            "call",
            "API_CALL",
            {
                "method": "POST",
                "url": http.url + "/leads/{{ $input.id }}",
                "auth": {"type": "bearer", "secret": "CRM"},
                "body": {"id": "$input.id"},
                "follow_redirects": True,
            },
        ),
        input={"id": 7},
    )

    assert result.status == "COMPLETED", result
    assert result.output_data["data"] == {"seen": "Bearer [secret:CRM]", "name": "Ada"}
    assert "set-cookie" not in result.output_data["headers"]
    (request,) = http.received
    assert request.headers["authorization"] == "Bearer very-secret-value"
    assert request.headers["idempotency-key"]
    assert request.json == {"id": 7}


def test_a_status_that_no_retry_can_mend_takes_the_failure_path_at_once(
    here: Playground, http: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PBDB_EGRESS_ALLOW", f"127.0.0.1:{http.port}")
    here.start_runner()
    execution = here.client.start(
        here.apply(
            step("call", "API_CALL", {"url": http.url + "/none"}, on_failure="handle"),
            step("end", "DATA_TRANSFORM", {"output": "fine"}, is_final=True),
            step("handle", "DATA_TRANSFORM", {"output": {"code": "$error.code"}}),
        ),
        {},
    )

    result = here.wait(execution)

    assert (result.status, result.output_data) == ("COMPLETED", {"code": "HTTP_STATUS"}), result
    assert here.attempts(execution)[0] == ("call", 1, "FAILED", "HTTP_STATUS")


def test_an_inside_address_is_refused_by_default(here: Playground, http: HttpServer) -> None:
    here.start_runner()

    execution = here.client.start(here.apply(step("call", "API_CALL", {"url": http.url})), {})

    assert here.wait(execution).status == "FAILED"
    assert here.attempts(execution) == [("call", 1, "FAILED", "EGRESS_DENIED")]
    assert http.received == []


ANSWER = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


def test_the_output_schema_of_an_agent_step_is_about_what_the_agent_says(
    here: Playground, http: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def complete(request: Received) -> Reply:
        call = {"name": "final_result", "arguments": json.dumps({"answer": "42"})}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": call}],
        }
        return Reply(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "tiny",
                "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
                "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
            }
        )

    http.routes["/v1/chat/completions"] = complete
    monkeypatch.setenv("PBDB_OPENAI_BASE_URL", http.url + "/v1")
    monkeypatch.setenv("PBDB_OPENAI_MODEL", "tiny")
    here.start_runner()

    result = here.run(
        step(
            "ask",
            "AGENT_EXECUTION",
            {"agent": "assistant", "prompt": "What about {{ $input.it }}?"},
            output_schema=ANSWER,
        ),
        step("use", "DATA_TRANSFORM", {"output": "$steps.ask.output.output.answer"}),
        input={"it": "life"},
    )

    assert (result.status, result.output_data) == ("COMPLETED", "42"), result
    assert "What about life?" in http.received[0].json["messages"][-1]["content"]
    with here.database.connect("owner") as owner:
        spent = owner.execute("select model, input_tokens, output_tokens from pbdb.playbook_usage")
        assert spent.fetchall() == [("tiny", 11, 3)]


def test_what_a_memory_says_is_found_by_meaning_and_quoted(here: Playground) -> None:
    here.client.store_memory("Refunds are paid within 14 days.", metadata={"source": "terms"})
    here.client.store_memory("The office is closed on Sundays.", metadata={"source": "hours"})
    here.start_runner("--app", "pbdb.demo.project")

    def search() -> Any:
        return here.run(
            step("search", "MEMORY_SEARCH", {"query": "{{ $input.question }}"}),
            step(
                "answer",
                "AGENT_EXECUTION",
                {
                    "agent": "assistant",
                    "prompt": "{{ $input.question }}",
                    "parameters": {"passages": "$steps.search.output.results"},
                },
            ),
            input={"question": "When do I get my refund paid?"},
        )

    # Questions all the time, so that the runner is never quiet.
    result = eventually(
        lambda: found if "terms" in (found := search()).output_data["output"] else None, 40
    )

    assert result.status == "COMPLETED", result
    assert result.output_data["output"] == "“Refunds are paid within 14 days.” (terms)"
    assert result.output_data["model"] == "extractive"


def test_code_that_throws_fails_with_the_authors_stack(here: Playground) -> None:
    here.start_runner()
    execution = here.client.start(
        here.apply(
            step("code", "CUSTOM_FUNCTION", {"code": "const a = 1;\nthrow new Error('no')"}),
            max_retries=0,
        ),
        {},
    )

    result = here.wait(execution)

    assert result.status == "FAILED"
    with here.database.connect("owner") as owner:
        (row,) = owner.execute(
            "select error_code, error_message, error_stack from pbdb.playbook_step_results"
        ).fetchall()
    assert row[:2] == ("SANDBOX_ERROR", "no")
    assert "code:2:7" in row[2]
