"""What validation finds in the config of a step of each type."""

from __future__ import annotations

from typing import Any

import pytest

from language import Language

ANN = "0191b0a0-0000-7000-8000-00000000000a"

GOOD: dict[str, list[dict[str, Any]]] = {
    "AGENT_EXECUTION": [
        {"agent": "writer", "prompt": "Hi {{name}}"},
        {"agentId": "x", "parameters": {}},
    ],
    "DATA_TRANSFORM": [
        {"output": "$input"},
        {"operations": [{"type": "remove", "field": "a"}], "outputFormat": "flat"},
    ],
    "CONDITIONAL_BRANCH": [
        {"branches": [{"when": "$input.a > 1", "then": "b"}], "default": "c"},
        {"conditions": [{"field": "a", "operator": "exists", "trueBranch": "b"}]},
        {"field": "a", "operator": "equals", "value": 1, "trueBranch": "b", "falseBranch": "c"},
    ],
    "PARALLEL_EXECUTION": [
        {},
        {"for_each": "$input.items", "max_parallel": 5, "join": "any"},
        {"for_each": [1, 2], "join": {"at_least": 2}, "on_branch_failure": "continue"},
    ],
    "WAIT_FOR_INPUT": [
        {},
        {"prompt": "Approve?", "schema": {"type": "object"}, "assignees": [ANN], "answers": 2},
        {"event": "paid", "match": {"id": "$input.id"}, "timeout_seconds": 60},
        {"for": "3 days"},
        {"for": 90},
        {"until": "2030-01-01T00:00:00Z"},
        {"until": "$input.at"},
    ],
    "API_CALL": [
        {"url": "https://x.io/{{a}}", "method": "post", "body": [1], "expect_status": [200, 201]},
        {"url": "https://x.io", "auth": {"type": "header", "name": "X-Key", "secret": "k"}},
    ],
    "DATABASE_QUERY": [
        {"query": "select 1", "params": ["$input.a"], "max_rows": 5, "mode": "read"}
    ],
    "MEMORY_SEARCH": [{"query": "{{a}}", "limit": 5, "threshold": 0.5, "mode": "hybrid"}, {}],
    "PROMPT_TEMPLATE": [{"template": "Hi"}, {"template_name": "x", "template_version": 2}],
    "CUSTOM_FUNCTION": [
        {"function": "sum", "parameters": {"values": "$input.v"}},
        {"functionName": "sum"},
        {"language": "typescript", "code": "return 1"},
        {"playbook": "other", "version": 3},
    ],
}


@pytest.mark.parametrize(
    ("step_type", "config"),
    [(step_type, config) for step_type, configs in GOOD.items() for config in configs],
)
def test_a_good_config_has_no_issues(
    language: Language, step_type: str, config: dict[str, Any]
) -> None:
    assert language.config_issues(step_type, config) == []


@pytest.mark.parametrize("step_type", list(GOOD))
def test_a_config_is_an_object(language: Language, step_type: str) -> None:
    assert language.config_issues(step_type, [1]) == [("", "CONFIG_KIND_INVALID")]


@pytest.mark.parametrize("step_type", list(GOOD))
def test_an_unknown_key_is_reported(language: Language, step_type: str) -> None:
    config = {**GOOD[step_type][0], "no/such": 1}

    assert language.config_issues(step_type, config) == [("/no~1such", "CONFIG_KEY_UNKNOWN")]


@pytest.mark.parametrize(
    ("step_type", "config", "issues"),
    [
        ("AGENT_EXECUTION", {}, [("", "CONFIG_KEY_MISSING")]),
        ("AGENT_EXECUTION", {"agent": "a", "agentId": "b"}, [("/agentId", "CONFIG_CONFLICT")]),
        ("DATA_TRANSFORM", {}, [("", "CONFIG_KEY_MISSING")]),
        (
            "DATA_TRANSFORM",
            {"operations": [{"type": "x"}]},
            [("/operations/0/type", "CONFIG_VALUE_INVALID")],
        ),
        (
            "DATA_TRANSFORM",
            {"operations": [{"type": "rename", "field": "a"}]},
            [("/operations/0", "CONFIG_KEY_MISSING")],
        ),
        (
            "DATA_TRANSFORM",
            {"operations": [{"type": "transform", "field": "a", "function": "x"}]},
            [("/operations/0/function", "CONFIG_VALUE_INVALID")],
        ),
        (
            "DATA_TRANSFORM",
            {"output": 1, "outputFormat": "xml"},
            [("/outputFormat", "CONFIG_VALUE_INVALID")],
        ),
        ("CONDITIONAL_BRANCH", {}, [("", "CONFIG_KEY_MISSING")]),
        ("CONDITIONAL_BRANCH", {"branches": []}, [("/branches", "BRANCHES_EMPTY")]),
        (
            "CONDITIONAL_BRANCH",
            {"branches": [{"then": "a"}]},
            [("/branches/0", "BRANCH_WITHOUT_CONDITION")],
        ),
        (
            "CONDITIONAL_BRANCH",
            {"branches": [{"when": True}]},
            [("/branches/0", "BRANCH_WITHOUT_TARGET")],
        ),
        ("PARALLEL_EXECUTION", {"for_each": "items"}, [("/for_each", "CONFIG_KIND_INVALID")]),
        ("PARALLEL_EXECUTION", {"max_parallel": 0}, [("/max_parallel", "CONFIG_VALUE_INVALID")]),
        ("PARALLEL_EXECUTION", {"join": "some"}, [("/join", "CONFIG_VALUE_INVALID")]),
        (
            "PARALLEL_EXECUTION",
            {"join": {"at_least": "2"}},
            [("/join/at_least", "CONFIG_KIND_INVALID")],
        ),
        (
            "PARALLEL_EXECUTION",
            {"on_branch_failure": "stop"},
            [("/on_branch_failure", "CONFIG_VALUE_INVALID")],
        ),
        ("WAIT_FOR_INPUT", {"for": "soon"}, [("/for", "DURATION_INVALID")]),
        ("WAIT_FOR_INPUT", {"assignees": ["ann"]}, [("/assignees", "ASSIGNEES_INVALID")]),
        ("WAIT_FOR_INPUT", {"assignees": []}, [("/assignees", "ASSIGNEES_INVALID")]),
        (
            "WAIT_FOR_INPUT",
            {"assignees": [ANN, ANN.upper()]},
            [("/assignees", "ASSIGNEES_INVALID")],
        ),
        ("WAIT_FOR_INPUT", {"until": "some day"}, [("/until", "TIME_INVALID")]),
        ("WAIT_FOR_INPUT", {"for": 1, "event": "x"}, [("/for", "CONFIG_CONFLICT")]),
        ("WAIT_FOR_INPUT", {"timeout_seconds": 0}, [("/timeout_seconds", "CONFIG_VALUE_INVALID")]),
        ("API_CALL", {}, [("", "CONFIG_KEY_MISSING")]),
        ("API_CALL", {"url": ""}, [("", "CONFIG_KEY_MISSING"), ("/url", "URL_INVALID")]),
        ("API_CALL", {"url": "ftp://x.io"}, [("/url", "URL_INVALID")]),
        ("API_CALL", {"url": "https://{{host}}/"}, [("/url", "URL_HOST_DYNAMIC")]),
        (
            "API_CALL",
            {"url": "https://{host}/", "syntax": "single_brace"},
            [("/url", "URL_HOST_DYNAMIC")],
        ),
        ("API_CALL", {"url": "$input.url"}, [("/url", "URL_FROM_DATA")]),
        (
            "API_CALL",
            {"url": "https://x.io", "method": "TRACE"},
            [("/method", "CONFIG_VALUE_INVALID")],
        ),
        (
            "API_CALL",
            {"url": "https://x.io", "auth": {"type": "basic"}},
            [("/auth", "CONFIG_KEY_MISSING")],
        ),
        ("DATABASE_QUERY", {"mode": "read"}, [("", "CONFIG_KEY_MISSING")]),
        ("DATABASE_QUERY", {"query": "x", "params": {}}, [("/params", "CONFIG_KIND_INVALID")]),
        ("MEMORY_SEARCH", {"limit": 1.5}, [("/limit", "CONFIG_KIND_INVALID")]),
        ("MEMORY_SEARCH", {"threshold": 2}, [("/threshold", "CONFIG_VALUE_INVALID")]),
        ("PROMPT_TEMPLATE", {}, [("", "CONFIG_KEY_MISSING")]),
        ("PROMPT_TEMPLATE", {"template": [{"role": "user"}]}, [("/template/0", "MESSAGE_INVALID")]),
        ("PROMPT_TEMPLATE", {"template": "Hi {name}"}, [("/template", "SINGLE_BRACES")]),
        ("CUSTOM_FUNCTION", {}, [("", "CONFIG_KEY_MISSING")]),
        (
            "CUSTOM_FUNCTION",
            {"code": "x", "language": "python"},
            [("/language", "CONFIG_VALUE_INVALID")],
        ),
        ("CUSTOM_FUNCTION", {"code": "x", "playbook": "y"}, [("/playbook", "CONFIG_CONFLICT")]),
    ],
)
def test_a_config_issue_is_found(
    language: Language, step_type: str, config: Any, issues: list[tuple[str, str]]
) -> None:
    assert language.config_issues(step_type, config) == issues
