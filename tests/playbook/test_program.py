"""What the engine gets to read about a playbook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def compiled(tenant: Any) -> Any:
    """The program of a document, its steps also by name."""

    def compile_document(*steps: Any, **fields: Any) -> Any:
        playbook_id, _, _ = tenant.applies({"name": "p", **fields, "steps": list(steps)})
        program = tenant.program(playbook_id)
        assert [step["i"] for step in program["steps"]] == list(range(len(program["steps"])))
        return program, {step["name"]: step for step in program["steps"]}

    return compile_document


def api(name: str, **fields: Any) -> dict[str, Any]:
    config = {"url": "https://crm.example", **fields.pop("config", {})}
    return {"name": name, "type": "API_CALL", "config": config, **fields}


def test_an_empty_document_has_an_empty_head(compiled: Any, step: Any) -> None:
    program, steps = compiled(step("a"))
    assert {key: program[key] for key in program if key not in ("steps", "playbook_id")} == {
        "name": "p",
        "version": 1,
        "first": 0,
        "total_steps": 1,
        "timeout_seconds": 3600,
        "has_wait": False,
        "has_defaults": False,
        "has_child": False,
        "input_schema": None,
        "output_schema": None,
        "output_mapping": None,
        "output_sources": [],
    }
    assert {key: steps["a"][key] for key in steps["a"] if key != "id"} == {
        "i": 0,
        "name": "a",
        "order": 1,
        "type": "DATA_TRANSFORM",
        "kind": "inline",
        "optional": False,
        "max_attempts": 4,
        "retry_delay": 30,
        "timeout": 300,
        "max_visits": 1000,
        "in_cycle": False,
        "config": {"output": 1},
        "sources": [],
        "reads_execution": False,
        "reads_input": False,
        "is_read": False,
    }


def test_next_is_the_link_else_the_order_in_the_scope(compiled: Any, step: Any) -> None:
    _, steps = compiled(
        step("a"),
        step("b", on_success="e", on_failure="c"),
        {
            "name": "c",
            "type": "PARALLEL_EXECUTION",
            "branches": {
                "x": [step("x1"), step("x2")],
                "y": [step("y1", is_final=True), step("y2")],
            },
        },
        step("d", is_final=True),
        step("e"),
    )
    at = {name: found["i"] for name, found in steps.items()}
    assert {name: found.get("next") for name, found in steps.items()} == {
        "a": at["b"],
        "b": at["e"],
        "c": at["d"],
        "d": None,
        "e": None,
        "x1": at["x2"],
        "x2": None,
        "y1": None,
        "y2": None,
    }
    assert steps["b"]["failure"] == at["c"]
    assert steps["c"]["branches"] == [
        {"name": "x", "first": at["x1"]},
        {"name": "y", "first": at["y1"]},
    ]
    assert steps["x2"]["scope"] == at["c"]
    assert "scope" not in steps["a"]


def test_for_each_has_a_body(compiled: Any, step: Any) -> None:
    _, steps = compiled(
        {
            "name": "each",
            "type": "PARALLEL_EXECUTION",
            "config": {"for_each": "$input"},
            "steps": [step("one"), step("two")],
        }
    )
    assert steps["each"]["body"] == steps["one"]["i"]
    assert "branches" not in steps["each"]
    assert steps["one"]["next"] == steps["two"]["i"]


def test_branches_lead_to_steps_by_name_and_make_cycles(compiled: Any, step: Any) -> None:
    _, steps = compiled(
        step("before"),
        step("again"),
        step("middle"),
        {
            "name": "choose",
            "type": "CONDITIONAL_BRANCH",
            "config": {
                "conditions": [
                    {
                        "field": "x",
                        "operator": "exists",
                        "trueBranch": "again",
                        "falseBranch": "out",
                    }
                ],
                "default": "end",
            },
        },
        step("out"),
        step("end"),
    )
    at = {name: found["i"] for name, found in steps.items()}
    assert steps["choose"]["targets"] == {
        "again": at["again"], "out": at["out"], "end": at["end"],
    }  # fmt: skip
    assert {name for name, found in steps.items() if found["in_cycle"]} == {
        "again", "middle", "choose",
    }  # fmt: skip


def test_only_what_expressions_read_is_looked_up(compiled: Any, step: Any) -> None:
    program, steps = compiled(
        step("a b"),
        step("c-d"),
        step("unread"),
        step("m", input_mapping={"x": ['$steps."a b".output.y', {"z": "$step_2_output"}]}),
        step("n", condition={"all": ['$steps.m.status == "COMPLETED"']}),
        step(
            "o", config={"operations": [{"type": "set", "field": "x", "value": "$step_1_output"}]}
        ),
        {"name": "p", "type": "PROMPT_TEMPLATE", "config": {"template": "{{ steps.c-d.output }}"}},
        {"name": "q", "type": "WAIT_FOR_INPUT", "config": {"prompt": "Hi {{ execution.id }}"}},
        output_mapping={"a": "$steps.o.output"},
    )
    at = {name: found["i"] for name, found in steps.items()}
    assert {name: found["sources"] for name, found in steps.items() if found["sources"]} == {
        "m": [["step_2_output", at["c-d"]], ["steps.a b", at["a b"]]],
        "n": [["steps.m", at["m"]]],
        "o": [["step_1_output", at["a b"]]],
        "p": [["steps.c-d", at["c-d"]]],
    }
    assert program["output_sources"] == [["steps.o", at["o"]]]
    assert {n for n, found in steps.items() if found["is_read"]} == {"a b", "c-d", "m", "o"}
    assert {n for n, found in steps.items() if found["reads_execution"]} == {"q"}


def test_the_input_is_there_for_every_step_that_may_fall_back_to_it(
    compiled: Any, step: Any
) -> None:
    field = {"field": "n", "operator": "exists"}
    output = {"operations": [{"type": "set", "field": "x", "value": 1}]}
    branches = {"branches": [{"when": field, "then": "e"}], "default": "e"}
    _, steps = compiled(
        step("a", condition=field),
        step("b", config={"output": "$input.n"}),
        step("c", config={"output": "$steps.a.output"}),
        step("o", config=output),
        {"name": "d", "type": "CONDITIONAL_BRANCH", "config": branches},
        {"name": "e", "type": "PROMPT_TEMPLATE", "config": {"template": "{{ n }}"}},
        {"name": "f", "type": "CUSTOM_FUNCTION", "config": {"function": "f"}},
    )
    read = {name for name, found in steps.items() if found["reads_input"]}
    assert read == {"a", "b", "o", "d", "e"}


def test_limits_come_from_the_step_else_the_playbook_else_the_type(compiled: Any) -> None:
    _, steps = compiled(
        api("api"),
        {"name": "agent", "type": "AGENT_EXECUTION", "config": {"agent": "x"}},
        {"name": "query", "type": "DATABASE_QUERY", "config": {"query": "select 1"}},
        {"name": "wait", "type": "WAIT_FOR_INPUT"},
        {"name": "timed", "type": "WAIT_FOR_INPUT", "config": {"timeout_seconds": 77}},
        api("own", timeout_seconds=5, max_retries=0, retry_delay_seconds=0, max_visits=2),
        max_retries=5,
        retry_delay_seconds=1,
    )
    assert {n: s.get("timeout") for n, s in steps.items()} == {
        "api": 30, "agent": 600, "query": 60, "wait": None, "timed": 77, "own": 5,
    }  # fmt: skip
    assert (steps["api"]["max_attempts"], steps["api"]["retry_delay"]) == (6, 1)
    own = steps["own"]
    assert (own["max_attempts"], own["retry_delay"], own["max_visits"]) == (1, 0, 2)


def test_a_handler_key_says_who_can_run_the_step(tenant: Any, compiled: Any) -> None:
    tenant.value("select pbdb.define_agent('defined', 'openai:small')")
    program, steps = compiled(
        api("api"),
        {"name": "query", "type": "DATABASE_QUERY", "config": {"query": "select 1"}},
        {"name": "text", "type": "MEMORY_SEARCH", "config": {"query": "x", "mode": "text"}},
        {"name": "vector", "type": "MEMORY_SEARCH", "config": {"query": "x"}},
        {"name": "ready", "type": "MEMORY_SEARCH", "config": {"embedding": "$input.vector"}},
        {"name": "row", "type": "AGENT_EXECUTION", "config": {"agent": "defined"}},
        {"name": "old", "type": "AGENT_EXECUTION", "config": {"agentId": "defined"}},
        {"name": "python", "type": "AGENT_EXECUTION", "config": {"agent": "registered"}},
        {"name": "sum", "type": "CUSTOM_FUNCTION", "config": {"function": "sum"}},
        {"name": "named", "type": "CUSTOM_FUNCTION", "config": {"functionName": "sum"}},
        {
            "name": "ts",
            "type": "CUSTOM_FUNCTION",
            "config": {"code": "x", "language": "typescript"},
        },
        {"name": "js", "type": "CUSTOM_FUNCTION", "config": {"code": "x"}},
        {"name": "child", "type": "CUSTOM_FUNCTION", "config": {"playbook": "other"}},
        {"name": "wait", "type": "WAIT_FOR_INPUT"},
    )
    assert {n: s.get("handler") for n, s in steps.items()} == {
        "api": "API_CALL",
        "query": "DATABASE_QUERY",
        "text": "MEMORY_SEARCH",
        "vector": "MEMORY_SEARCH:@embed",
        "ready": "MEMORY_SEARCH",
        "row": "AGENT_EXECUTION:@model",
        "old": "AGENT_EXECUTION:@model",
        "python": "AGENT_EXECUTION:registered",
        "sum": "CUSTOM_FUNCTION:sum",
        "named": "CUSTOM_FUNCTION:sum",
        "ts": "CUSTOM_FUNCTION:@typescript",
        "js": "CUSTOM_FUNCTION:@javascript",
        "child": None,
        "wait": None,
    }
    assert steps["child"]["kind"] == "child"
    assert program["has_child"] and program["has_wait"]


def test_config_is_resolved_only_where_it_is_dynamic(compiled: Any) -> None:
    _, steps = compiled(
        api("static", config={"body": {"price": 5, "text": "{not a template}"}}),
        api(
            "dynamic",
            config={
                "url": "https://crm.example/{{ input.id }}",
                "query": {"q": ["$input.q"]},
                "headers": {"x": "y"},
                "body": "$$5",
                "auth": {"type": "bearer", "secret": "$name"},
            },
        ),
        {
            "name": "braces",
            "type": "AGENT_EXECUTION",
            "config": {"agent": "x", "prompt": "{name}", "syntax": "single_brace"},
        },
    )
    assert "dynamic_keys" not in steps["static"]
    assert sorted(steps["dynamic"]["dynamic_keys"]) == ["body", "query", "url"]
    assert steps["braces"]["dynamic_keys"] == ["prompt"]


def test_values_of_users_keep_their_nulls(compiled: Any, step: Any) -> None:
    _, steps = compiled(
        step(
            "a",
            config={"output": {"x": None}},
            input_mapping={"y": None},
            condition={"field": "$input.z", "operator": "equals", "value": None},
        )
    )
    assert steps["a"]["config"] == {"output": {"x": None}}
    assert steps["a"]["mapping"] == {"y": None}
    assert steps["a"]["condition"]["value"] is None


def test_a_named_template_is_put_into_the_program(tenant: Any, compiled: Any, step: Any) -> None:
    store = "select pbdb.store_prompt_template('greet', %s::jsonb, %s::jsonb)"
    assert tenant.value(store, '"Hi {{ steps.a.output }}"', '{"missing": "empty"}') == 1
    named = {"name": "b", "type": "PROMPT_TEMPLATE", "config": {"template_name": "greet"}}
    program, steps = compiled(step("a"), named)
    assert steps["b"]["config"] == {
        "template_name": "greet",
        "template": "Hi {{ steps.a.output }}",
        "missing": "empty",
    }
    assert steps["b"]["sources"] == [["steps.a", 0]]

    assert tenant.value(store, '"Hello"', "{}") == 2
    assert tenant.program(program["playbook_id"]) == program
    config = {"agent": "x", "template_name": "greet", "template_version": 1}
    agent = {"name": "c", "type": "AGENT_EXECUTION", "config": config}
    _, steps = compiled(step("a"), agent)
    assert steps["c"]["config"]["prompt"] == "Hi {{ steps.a.output }}"
    assert steps["c"]["dynamic_keys"] == ["prompt"]
    old = {**named, "config": {"template_name": "greet", "template_version": 1}}
    _, steps = compiled(step("a"), old)
    assert steps["b"]["config"]["template"].startswith("Hi")
    _, steps = compiled(step("a"), named, description="anew")
    assert steps["b"]["config"]["template"] == "Hello"


def test_a_long_playbook_compiles_quickly(tenant: Any, step: Any) -> None:
    steps = [step(f"s{n}", input_mapping={"x": f"$step_{n}_output"}) for n in range(1, 1000)]
    playbook_id, _, _ = tenant.applies({"name": "long", "steps": [step("s0"), *steps]})
    assert tenant.program(playbook_id)["steps"][999]["sources"] == [["step_999_output", 998]]


# Every kind of step with every field that an author may write.
EVERYTHING: list[Any] = [
    {
        "name": "t",
        "type": "DATA_TRANSFORM",
        "config": {"output": {"n": "$input.n"}},
        "input_mapping": {"n": "$input.n"},
        "input_schema": {"type": "object"},
        "output_schema": {"type": "object"},
        "condition": "$input.n > 0",
        "is_optional": True,
        "on_failure": "c",
    },
    {"name": "p", "type": "PROMPT_TEMPLATE", "config": {"template": "{{ steps.t.output }}"}},
    {
        "name": "b",
        "type": "CONDITIONAL_BRANCH",
        "config": {"branches": [{"when": '$execution.id == ""', "then": "t"}], "default": "q"},
    },
    {"name": "q", "type": "DATABASE_QUERY", "config": {"query": "select 1"}},
    {"name": "m", "type": "MEMORY_SEARCH", "config": {"query": "{{ input.n }}"}},
    {"name": "a", "type": "AGENT_EXECUTION", "config": {"agent": "x", "prompt": "{{ input.n }}"}},
    api("h", config={"body": "$input"}),
    {"name": "f", "type": "CUSTOM_FUNCTION", "config": {"function": "f"}},
    {
        "name": "each",
        "type": "PARALLEL_EXECUTION",
        "config": {"for_each": "$input.list"},
        "steps": [{"name": "one", "type": "CUSTOM_FUNCTION", "config": {"function": "f"}}],
    },
    {
        "name": "both",
        "type": "PARALLEL_EXECUTION",
        "branches": {"x": [api("hx")], "y": [api("hy")]},
    },
    {"name": "w", "type": "WAIT_FOR_INPUT", "config": {"timeout_seconds": 5}},
    {"name": "c", "type": "CUSTOM_FUNCTION", "config": {"playbook": "other"}},
]


def documented(heading: str) -> set[str]:
    """The keys of one table of docs/internals.md."""
    page = (Path(__file__).parents[2] / "docs" / "internals.md").read_text(encoding="utf-8")
    table = page.split(f"| {heading} |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def test_every_key_of_a_program_is_documented_and_every_documented_key_exists(
    compiled: Any,
) -> None:
    program, steps = compiled(*EVERYTHING, output_mapping={"n": "$steps.t.output"})
    assert set(program) == documented("key of the program")
    assert {key for step in steps.values() for key in step} == documented("key of a step")
