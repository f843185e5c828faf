"""For each config key of each step type: a config with it, one without it, and how to see which."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from build import transform
from http_server import Received, Reply
from pbdb.app.registry import App
from pbdb.model import Step
from step.world import AGENT, World

See = Callable[[World, Any], Any]


@dataclass(frozen=True)
class Effect:
    """`without` is what must look different; None: the key is accepted, and by intention does nothing."""

    config: Any
    without: Any
    see: See | None = None
    choose: Callable[[str], Any] | None = None


def operations(*each: Any) -> Any:
    return {"operations": list(each)}


FIELDS = {"reverse": "list", "length": "list", "parseInt": "num", "parseFloat": "num",
          "toString": "n", "toJSON": "obj", "parseJSON": "json"}  # fmt: skip
OPERATIONS: dict[str, Any] = {
    "rename": {"type": "rename", "field": "n", "new_field": "m"},
    "map": {"type": "map", "field": "name", "mapping": {"Ann": "Bo"}},
    "set": {"type": "set", "field": "n", "value": 9},
    "remove": {"type": "remove", "field": "n"},
    "merge": {"type": "merge", "value": {"z": 1}},
    "filter": {"type": "filter", "field": "list", "condition": "$item > 2"},
    "transform": {"type": "transform", "field": "name", "function": "uppercase"},
}


def function(name: str, field: str | None = None) -> Any:
    field = field or FIELDS.get(name, "text")
    return operations({"type": "transform", "field": field, "function": name})


DATA_TRANSFORM = {
    "output": Effect({"output": "$input.n"}, {"output": 1}),
    "operations": Effect(operations(OPERATIONS["remove"]), operations()),
    "operations[].type": Effect(
        operations(OPERATIONS["remove"]), operations(OPERATIONS["set"]),
        choose=lambda each: operations(OPERATIONS[each]),
    ),
    "operations[].field": Effect(
        operations(OPERATIONS["remove"]), operations({"type": "remove", "field": "name"})
    ),
    "operations[].new_field": Effect(
        operations(OPERATIONS["rename"]), operations({**OPERATIONS["rename"], "new_field": "x"})
    ),
    "operations[].mapping": Effect(
        operations(OPERATIONS["map"]), operations({**OPERATIONS["map"], "mapping": {}})
    ),
    "operations[].value": Effect(
        operations(OPERATIONS["set"]), operations({**OPERATIONS["set"], "value": "$input.name"})
    ),
    "operations[].condition": Effect(
        operations(OPERATIONS["filter"]),
        operations({**OPERATIONS["filter"], "condition": "$item > 1"}),
    ),
    "operations[].function": Effect(function("uppercase"), function("lowercase"), choose=function),
    "output_format": Effect(
        {"output": {"a": {"b": 1}}, "output_format": "flat"}, {"output": {"a": {"b": 1}}},
        choose=lambda each: {"output": {"a": {"b": 1}}, "output_format": each},
    ),
}  # fmt: skip


def choose_step(world: World, config: Any) -> Any:
    ends = [transform(name, name, is_final=True) for name in ("next", "left", "right")]
    return world.inline("CONDITIONAL_BRANCH", config, *ends)


RULE = {"field": "n", "operator": "greaterThan", "value": 1, "then": "left"}


def rules(**changes: Any) -> Any:
    return {"branches": [{k: v for k, v in {**RULE, **changes}.items() if v is not None}]}


CONDITIONAL_BRANCH = {
    "branches": Effect(rules(), rules(then="right"), choose_step),
    "branches[].name": Effect(rules(name="hot"), rules(), choose_step),
    "branches[].when": Effect(
        {"branches": [{"when": "$input.n > 1", "then": "left"}]},
        {"branches": [{"when": "$input.n > 2", "then": "left"}]}, choose_step,
    ),
    "branches[].field": Effect(rules(), rules(field="nobody"), choose_step),
    "branches[].operator": Effect(rules(), rules(operator="lessThan"), choose_step),
    "branches[].value": Effect(rules(), rules(value=5), choose_step),
    "branches[].type": Effect(rules(type="simple"), None, choose_step),
    "branches[].then": Effect(rules(), rules(then="right"), choose_step),
    "branches[].false_branch": Effect(
        rules(value=5, false_branch="right"), rules(value=5), choose_step
    ),
    "default": Effect({**rules(value=5), "default": "right"}, rules(value=5), choose_step),
    "name": Effect({**RULE, "name": "hot"}, RULE, choose_step),
    "field": Effect(RULE, {**RULE, "field": "nobody"}, choose_step),
    "operator": Effect(RULE, {**RULE, "operator": "lessThan"}, choose_step),
    "value": Effect(RULE, {**RULE, "value": 5}, choose_step),
    "type": Effect({**RULE, "type": "simple"}, None, choose_step),
    "then": Effect(RULE, {**RULE, "then": "right"}, choose_step),
    "false_branch": Effect(
        {**RULE, "value": 5, "false_branch": "right"}, {**RULE, "value": 5}, choose_step
    ),
}  # fmt: skip


def each_item(world: World, config: Any) -> Any:
    return world.inline("PARALLEL_EXECUTION", config, steps=[transform("one", "$item")])


def opened(world: World, config: Any) -> Any:
    body = {"name": "one", "type": "CUSTOM_FUNCTION", "config": {"function": "never"}}
    return len(world.queued(world.start("PARALLEL_EXECUTION", config, steps=[body])))


def joined(world: World, config: Any) -> Any:
    """Two branches of which the second fails at once, and one that waits."""
    branches = {
        "a": [transform("good", 1)], "b": [transform("bad", "$input.name + 1")],
        "c": [{"name": "slow", "type": "WAIT_FOR_INPUT"}],
    }  # fmt: skip
    ended = world.inline("PARALLEL_EXECUTION", config, branches=branches)
    return ended[0], ended[1]


def failing(world: World, config: Any) -> Any:
    branches = {"a": [transform("good", 1)], "b": [transform("bad", "$input.name + 1")]}
    return world.inline("PARALLEL_EXECUTION", config, branches=branches)[:3]


def two_good(world: World, config: Any) -> Any:
    branches = {"a": [transform("good", 1)], "c": [{"name": "slow", "type": "WAIT_FOR_INPUT"}]}
    return world.inline("PARALLEL_EXECUTION", config, branches=branches)[:2]


PARALLEL_EXECUTION = {
    "for_each": Effect({"for_each": "$input.list"}, {"for_each": [7]}, each_item),
    "max_parallel": Effect(
        {"for_each": [1, 2, 3], "max_parallel": 2}, {"for_each": [1, 2, 3]}, opened
    ),
    "join": Effect({"join": "any"}, {}, two_good, lambda each: {"join": each}),
    "join.at_least": Effect({"join": {"at_least": 1}}, {"join": {"at_least": 2}}, two_good),
    "on_branch_failure": Effect(
        {"on_branch_failure": "continue"}, {}, failing, lambda each: {"on_branch_failure": each}
    ),
}  # fmt: skip


def inbox(world: World, config: Any) -> Any:
    execution = world.start("WAIT_FOR_INPUT", config)
    return world.queued(execution), world.tenant.rows(
        "select prompt, answer_schema, data, assignees from pbdb.playbook_inbox"
        " where execution_id = %s", execution
    )  # fmt: skip


def answered(world: World, config: Any) -> Any:
    execution = world.start("WAIT_FOR_INPUT", config)
    try:
        world.tenant.one("select pbdb.submit_step_input(%s, 'it', '1')", execution)
    except psycopg.Error as error:
        return error.sqlstate
    return world.ended(execution)[:3]


def told(world: World, config: Any) -> Any:
    execution = world.start("WAIT_FOR_INPUT", config)
    world.tenant.one("select pbdb.emit_playbook_event('paid', '{\"id\": 7}', 0)")
    return world.ended(execution)[:3]


WAIT_FOR_INPUT = {
    "prompt": Effect({"prompt": "Hi {{ input.name }}"}, {}, inbox),
    "schema": Effect({"schema": {"type": "string"}}, {}, answered),
    "assignees": Effect({"assignees": [AGENT]}, {}, answered),
    "answers": Effect({"answers": 2}, {}, answered),
    "data": Effect({"data": {"n": "$input.n"}}, {}, inbox),
    "event": Effect({"event": "paid"}, {"event": "other"}, told),
    "match": Effect({"event": "paid", "match": {"id": 8}}, {"event": "paid"}, told),
    "for": Effect({"for": 90}, {}, inbox),
    "until": Effect({"until": "2999-01-01T00:00:00Z"}, {}, lambda w, c: inbox(w, c)[0][0][:2]),
    "timeout_seconds": Effect({"timeout_seconds": 90}, {}, inbox),
}


def call(path: str = "/a", **more: Any) -> See:
    def see(world: World, config: Any) -> Any:
        config = {**config, "url": config.get("url", world.http.url + path)}
        if config["url"] == "here":
            config["url"] = world.http.url + "/b"
        return world.runner("API_CALL", config, PBDB_SECRET_S="of-mine-123", **more)

    return see


def auth(**fields: Any) -> Any:
    return {"auth": {"type": "bearer", "secret": "S", **fields}}


def lost_request(world: World, config: Any) -> Any:
    return world.lost("API_CALL", {"url": "https://x.io/", "method": "POST", **config}, "API_CALL")


def braces(world: World, config: Any) -> Any:
    return world.runner("API_CALL", {"url": world.http.url + "/a", "body": {"b": "{name}"},
                                     "method": "POST", **config})  # fmt: skip


API_CALL = {
    "url": Effect({"url": "here"}, {}, call()),
    "method": Effect({"method": "PUT"}, {}, call(), lambda each: {"method": each}),
    "headers": Effect({"headers": {"x-a": "$input.name"}}, {}, call()),
    "query": Effect({"query": {"q": "$input.n"}}, {}, call()),
    "body": Effect({"method": "POST", "body": {"n": "$input.n"}}, {"method": "POST"}, call()),
    "auth": Effect({"auth": "S"}, {}, call()),
    "auth.type": Effect(
        auth(type="query", name="x-a"), auth(), call(),
        lambda each: auth(type=each, **({"name": "x-a"} if each in ("header", "query") else {})),
    ),
    "auth.secret": Effect(auth(), auth(secret="OTHER"), call()),
    "auth.name": Effect(auth(type="query", name="x-a"), auth(type="query", name="b"), call()),
    "auth.username": Effect(auth(type="basic", username="u"), auth(type="basic"), call()),
    "auth.prefix": Effect(
        auth(type="header", name="x-a", prefix="Key "), auth(type="header", name="x-a"), call()
    ),
    "expect_status": Effect({"expect_status": [404]}, {}, call()),
    "follow_redirects": Effect({"follow_redirects": True}, {}, call("/moved")),
    "idempotent": Effect({"idempotent": True}, {}, lost_request),
    "timeout_seconds": Effect({"timeout_seconds": 0.6}, {}, call("/slow")),
    "syntax": Effect({"syntax": "single_brace"}, {}, braces, lambda each: {"syntax": each}),
    "on_lost": Effect({"on_lost": "wait"}, {}, lost_request, lambda each: {"on_lost": each}),
}  # fmt: skip


def query(world: World, config: Any) -> Any:
    world.owner.execute(
        "create table if not exists public.noted (n int);"
        " grant select, insert on public.noted to pbdb_query"
    )
    try:
        return world.sql("DATABASE_QUERY", {"query": "select 1 as x", **config})
    except psycopg.Error as error:
        # A text that the mode forbids is refused when the playbook is activated.
        return error.sqlstate


DATABASE_QUERY = {
    "query": Effect({"query": "select 2 as x"}, {}, query),
    "params": Effect(
        {"query": "select $1::int + 1 as x", "params": ["$input.n"]},
        {"query": "select $1::int + 1 as x", "params": [5]}, query,
    ),
    "max_rows": Effect(
        {"query": "select generate_series(1, 3) as x", "max_rows": 2},
        {"query": "select generate_series(1, 3) as x"}, query,
    ),
    "mode": Effect(
        {"query": "insert into public.noted values (1) returning n", "mode": "write"},
        {"query": "insert into public.noted values (1) returning n"}, query,
        lambda each: {"query": "insert into public.noted values (1) returning n", "mode": each},
    ),
}  # fmt: skip


def search(world: World, config: Any) -> Any:
    world.tenant.worker.execute(
        "select pbdb.register_embedding_model('tiny', 2, true),"
        " pbdb.register_embedding_model('other', 2, false)"
    )
    if not world.tenant.one("select count(*) from pbdb.agent_memories"):
        for content, vector, model, agent, metadata in [
            ("a red apple", [1, 0], "tiny", AGENT, {"kind": "fruit"}),
            ("a red car", [0.8, 0.6], "tiny", None, {"kind": "thing"}),
            ("a blue sea", [0.9, 0.4359], "other", None, {"kind": "fruit"}),
        ]:
            world.tenant.one(
                "select pbdb.store_memory(%s, %s::real[], %s, %s, %s)",
                content, vector, model, agent, Jsonb(metadata),
            )  # fmt: skip
    status, code, output = world.sql("MEMORY_SEARCH", config)
    return status, code, [
        (each["content"], round(each["similarity"], 2)) for each in (output or {}).get("results", [])
    ]  # fmt: skip


VECTOR = {"embedding": [1, 0], "mode": "vector"}
MEMORY_SEARCH = {
    "query": Effect({"mode": "text", "query": "apple"}, {"mode": "text", "query": "car"}, search),
    "embedding": Effect(VECTOR, {"embedding": [0, 1]}, search),
    "model": Effect({**VECTOR, "model": "other"}, VECTOR, search),
    "agent_id": Effect({**VECTOR, "agent_id": AGENT}, VECTOR, search),
    "limit": Effect({**VECTOR, "limit": 1}, VECTOR, search),
    "threshold": Effect({**VECTOR, "threshold": 0.9}, VECTOR, search),
    "filter": Effect({**VECTOR, "filter": {"kind": "thing"}}, VECTOR, search),
    "mode": Effect(
        {"embedding": [0.6, 0.8], "query": "apple", "mode": "text"},
        {"embedding": [0.6, 0.8], "query": "apple", "mode": "vector"}, search,
        lambda each: {"embedding": [0.6, 0.8], "query": "apple", "mode": each},
    ),
}  # fmt: skip


def prompt(world: World, config: Any) -> Any:
    for text in ("one", "two"):
        if not world.tenant.rows(
            "select 1 from pbdb.prompt_templates where template = %s", Jsonb(text)
        ):
            world.tenant.one("select pbdb.store_prompt_template('stored', %s)", Jsonb(text))
    return world.inline("PROMPT_TEMPLATE", config)[:3]


PROMPT_TEMPLATE = {
    "template": Effect({"template": "Hi {{ name }}"}, {"template": "Hi"}, prompt),
    "template[].role": Effect(
        {"template": [{"role": "user", "content": "x"}]},
        {"template": [{"role": "system", "content": "x"}]}, prompt,
    ),
    "template[].content": Effect(
        {"template": [{"role": "user", "content": "{{ n }}"}]},
        {"template": [{"role": "user", "content": "x"}]}, prompt,
    ),
    "template_name": Effect({"template_name": "stored"}, {"template": "Hi"}, prompt),
    "template_version": Effect(
        {"template_name": "stored", "template_version": 1}, {"template_name": "stored"}, prompt
    ),
    "variables": Effect(
        {"template": "{{ x }}", "variables": {"x": "$input.n"}},
        {"template": "{{ x }}", "variables": {"x": 5}}, prompt,
    ),
    "missing": Effect(
        {"template": "[{{ nobody }}]", "missing": "empty"}, {"template": "[{{ nobody }}]"}, prompt,
        lambda each: {"template": "[{{ nobody }}]", "missing": each},
    ),
    "syntax": Effect(
        {"template": "{name} {{ n }}", "syntax": "single_brace"}, {"template": "{name} {{ n }}"},
        prompt, lambda each: {"template": "{name} {{ n }}", "syntax": each},
    ),
}  # fmt: skip


def run_function(world: World, config: Any) -> Any:
    app = App()
    app.function("f")(lambda input: {"f": input})
    app.function("g")(lambda input: {"g": input})
    return world.runner("CUSTOM_FUNCTION", config, app)


def run_code(world: World, config: Any) -> Any:
    return world.runner("CUSTOM_FUNCTION", {"code": "return 1", **config})[:3]


def run_child(world: World, config: Any) -> Any:
    for version in (1, 2):
        if version not in [
            row[0]
            for row in world.tenant.rows("select version from pbdb.playbooks where name = 'child'")
        ]:
            output = {"version": version, "given": "$input.x"}
            world.tenant.apply(transform("only", output), name="child")
    name = world.apply("CUSTOM_FUNCTION", config)
    return world.tenant.run({"n": 1}, name=name)


def lost_function(world: World, config: Any) -> Any:
    return world.lost("CUSTOM_FUNCTION", {"function": "f", **config}, "CUSTOM_FUNCTION:f")


FILL = "const a = []; for (let i = 0; i < 6; i++) a.push(new Array(1e6).fill(i)); return a.length"
CUSTOM_FUNCTION = {
    "function": Effect({"function": "f"}, {"function": "g"}, run_function),
    "code": Effect({"code": "return n + 1"}, {}, run_code),
    "language": Effect(
        {"code": "const a: number = n; return a", "language": "typescript"},
        {"code": "const a: number = n; return a"}, run_code,
        lambda each: {"code": "const a: number = n; return a", "language": each},
    ),
    "playbook": Effect({"playbook": "child"}, {"playbook": "child", "version": 1}, run_child),
    "version": Effect({"playbook": "child", "version": 1}, {"playbook": "child"}, run_child),
    "parameters": Effect(
        {"playbook": "child", "parameters": {"x": "$input.n"}}, {"playbook": "child"}, run_child
    ),
    "limits": Effect({"code": "while (true) {}", "limits": {"timeout_seconds": 0.3}},
                     {"code": "return 1"}, run_code),
    "limits.memory_mb": Effect({"code": FILL, "limits": {"memory_mb": 16}}, {"code": FILL}, run_code),
    "limits.timeout_seconds": Effect(
        {"code": "while (true) {}", "limits": {"timeout_seconds": 0.3}}, {"code": "return 1"}, run_code
    ),
    "on_lost": Effect({"on_lost": "fail"}, {}, lost_function, lambda each: {"on_lost": each}),
}  # fmt: skip


def ask(world: World, config: Any) -> Any:
    """Ask a model over the service; what it was sent, and how the step ended."""
    asked: list[Any] = []

    def answer(request: Received) -> Reply:
        asked.append(request.json)
        calls = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
        has_tool = any(m["role"] == "tool" for m in request.json["messages"])
        wants = "tools" in request.json and not has_tool
        message = {"role": "assistant", "content": None if wants else "yes"}
        return Reply({
            "id": "c", "object": "chat.completion", "created": 1, "model": "tiny",
            "choices": [{"index": 0, "finish_reason": "tool_calls" if wants else "stop",
                         "message": message | ({"tool_calls": calls} if wants else {})}],
            "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
        })  # fmt: skip

    world.http.routes["/v1/chat/completions"] = answer
    world.tenant.one("select pbdb.define_agent('bob', 'tiny', 'Be brief.')")
    for text in ("one", "two"):
        if not world.tenant.rows(
            "select 1 from pbdb.prompt_templates where template = %s", Jsonb(text)
        ):
            world.tenant.one("select pbdb.store_prompt_template('stored', %s)", Jsonb(text))
    app = App()
    app.function("f")(lambda: 1)
    asked_for = {} if {"prompt", "messages", "template_name"} & set(config) else {"prompt": "Q"}
    ended = world.runner(
        "AGENT_EXECUTION", {"agent": "bob", **asked_for, **config}, app,
        PBDB_OPENAI_BASE_URL=world.http.url + "/v1", PBDB_OPENAI_MODEL="tiny", PBDB_OPENAI_API_KEY="k",
    )  # fmt: skip
    shown = [
        {k: v for k, v in each.items() if k in ("model", "tools", "messages")} for each in asked
    ]
    return ended[0], ended[1], json.loads(_without_boundary(json.dumps(shown)))


def _without_boundary(text: str) -> str:
    import re

    return re.sub(r"DATA-[0-9a-f]{12}", "DATA", text)


def named(world: World, config: Any) -> Any:
    app = App()
    app.agent("ann")(lambda step: str(step.config.get("agent")))
    app.agent("eve")(lambda step: "eve")
    return world.runner("AGENT_EXECUTION", {"prompt": "Q", **config}, app)


def given(world: World, config: Any) -> Any:
    app = App()

    @app.agent("ann")
    def ann(step: Step) -> Any:
        return step.arguments

    return world.runner("AGENT_EXECUTION", {"agent": "ann", "prompt": "Q", **config}, app)


def lost_agent(world: World, config: Any) -> Any:
    config = {"agent": "ann", "prompt": "Q", **config}
    return world.lost("AGENT_EXECUTION", config, "AGENT_EXECUTION:ann")


def turn(role: str, content: str = "x") -> Any:
    return {"messages": [{"role": role, "content": content}, {"role": "user", "content": "now?"}]}


def called(result_of: str | None) -> Any:
    """A conversation in which tools were called; the result is of that call, or left out."""
    calls = [
        {"id": id_, "type": "function", "function": {"name": f"f{id_}", "arguments": "{}"}}
        for id_ in ("1", "2")
    ]
    turns: list[Any] = [{"role": "assistant", "tool_calls": calls}]
    if result_of is not None:
        turns.append({"role": "tool", "tool_call_id": result_of, "content": "x"})
    return {"messages": [*turns, {"role": "user", "content": "now?"}]}


TOOLS = {"tools": ["f"]}
AGENT_EXECUTION = {
    "agent": Effect({"agent": "ann"}, {"agent": "eve"}, named),
    "prompt": Effect({"prompt": "Hi {{ name }}"}, {"prompt": "Hi"}, ask),
    "messages": Effect(turn("user", "{{ name }}"), {}, ask),
    "messages[].role": Effect(turn("assistant"), turn("user"), ask),
    "messages[].content": Effect(turn("user", "{{ name }}"), turn("user"), ask),
    "messages[].tool_calls": Effect(called(None), turn("assistant"), ask),
    "messages[].tool_call_id": Effect(called("1"), called("2"), ask),
    "template_name": Effect({"template_name": "stored"}, {"prompt": "Q"}, ask),
    "template_version": Effect(
        {"template_name": "stored", "template_version": 1}, {"template_name": "stored"}, ask
    ),
    "instructions": Effect({"instructions": "For {{ name }}."}, {}, ask),
    "model": Effect({"model": "other"}, {}, ask),
    "parameters": Effect({"parameters": {"tone": "dry"}}, {}, given),
    "tools": Effect(TOOLS, {}, ask),
    "limits": Effect({"limits": {"max_tokens": 1}}, {}, ask),
    "limits.max_requests": Effect({**TOOLS, "limits": {"max_requests": 1}}, TOOLS, ask),
    "limits.max_tool_calls": Effect({**TOOLS, "limits": {"max_tool_calls": 0}}, TOOLS, ask),
    "limits.max_input_tokens": Effect({"limits": {"max_input_tokens": 1}}, {}, ask),
    "limits.max_output_tokens": Effect({"limits": {"max_output_tokens": 1}}, {}, ask),
    "limits.max_tokens": Effect({"limits": {"max_tokens": 1}}, {}, ask),
    # The price of this model is not known, so that there is nothing to be over.
    "limits.max_cost_usd": Effect({"limits": {"max_cost_usd": 1}}, None, ask),
    "syntax": Effect(
        {"prompt": "Hi {name}", "syntax": "single_brace"}, {"prompt": "Hi {name}"}, ask,
        lambda each: {"prompt": "Hi {name} {{ n }}", "syntax": each},
    ),
    "on_lost": Effect({"on_lost": "fail"}, {}, lost_agent, lambda each: {"on_lost": each}),
}  # fmt: skip

EFFECTS: dict[str, dict[str, Effect]] = {
    "AGENT_EXECUTION": AGENT_EXECUTION,
    "DATA_TRANSFORM": DATA_TRANSFORM,
    "CONDITIONAL_BRANCH": CONDITIONAL_BRANCH,
    "PARALLEL_EXECUTION": PARALLEL_EXECUTION,
    "WAIT_FOR_INPUT": WAIT_FOR_INPUT,
    "API_CALL": API_CALL,
    "DATABASE_QUERY": DATABASE_QUERY,
    "MEMORY_SEARCH": MEMORY_SEARCH,
    "PROMPT_TEMPLATE": PROMPT_TEMPLATE,
    "CUSTOM_FUNCTION": CUSTOM_FUNCTION,
}
