"""What validation finds, where, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest


def playbook(*steps: Any, **fields: Any) -> dict[str, Any]:
    return {"name": "p", **fields, "steps": list(steps)}


def wait(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": "WAIT_FOR_INPUT", **fields}


def parallel(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": "PARALLEL_EXECUTION", "timeout_seconds": 900, **fields}


def test_a_sound_playbook_has_no_issues(tenant: Any, step: Any) -> None:
    tenant.value("select pbdb.define_agent('scorer', 'openai:small')")
    document = playbook(
        {
            "name": "fetch",
            "type": "API_CALL",
            "config": {
                "method": "post",
                "url": "https://crm.example/{{ input.id }}",
                "auth": {"type": "bearer", "secret": "crm_production_token"},
                "headers": {"Authorization-Mode": "x", "X-Api-Key": "{{ input.key }}"},
            },
            "on_failure": "sorry",
        },
        parallel(
            "each",
            config={"for_each": "$steps.fetch.output.data", "join": {"at_least": 1}},
            steps=[
                {
                    "name": "score",
                    "type": "AGENT_EXECUTION",
                    "config": {"agent": "scorer", "prompt": "{{ item.text }} {{ index }}"},
                },
                step("keep", input_mapping={"x": "$steps.score.output", "all": "$step_1_output"}),
            ],
        ),
        {
            "name": "route",
            "type": "CONDITIONAL_BRANCH",
            "config": {
                "branches": [{"when": "$steps.each.output.size() > 1", "then": "fetch"}],
                "default": "done",
            },
        },
        step("done", is_final=True, condition={"field": "$input.a", "operator": "exists"}),
        step("sorry", input_mapping={"why": "$error.message", "run": "$execution.id"}),
        input_schema={"type": "object"},
        output_mapping={"$all": "$steps.each.output[*].x"},
    )
    assert tenant.issues(document) == []


CASES: list[tuple[str, str | None, str, dict[str, Any]]] = [
    ("NO_STEPS", None, "steps", playbook()),
    (
        "PARALLEL_EMPTY",
        "a",
        "branches",
        playbook(parallel("a")),
    ),
    (
        "BRANCH_TARGET_UNKNOWN",
        "a",
        "config.branches[0].then",
        playbook(
            {
                "name": "a",
                "type": "CONDITIONAL_BRANCH",
                "config": {"branches": [{"when": "$input.x > 1", "then": "b"}]},
            }
        ),
    ),
    (
        "BRANCH_TARGET_UNKNOWN",
        "a",
        "config.conditions[0].falseBranch",
        playbook(
            {
                "name": "a",
                "type": "CONDITIONAL_BRANCH",
                "config": {
                    "conditions": [
                        {"field": "x", "operator": "exists", "trueBranch": "a", "falseBranch": "b"}
                    ]
                },
            }
        ),
    ),
    (
        "LINK_LEAVES_SCOPE",
        "in",
        "on_success",
        playbook(wait("a"), parallel("p", branches={"x": [wait("in", on_success="a")]})),
    ),
    (
        "LINK_LEAVES_SCOPE",
        "in",
        "on_failure",
        playbook(parallel("p", branches={"x": [wait("in", on_failure="b")], "y": [wait("b")]})),
    ),
    (
        "LINK_LEAVES_SCOPE",
        "a",
        "config",
        playbook(
            {
                "name": "a",
                "type": "CONDITIONAL_BRANCH",
                "config": {"branches": [{"when": "$input.x > 1", "then": "in"}]},
            },
            parallel("p", branches={"x": [wait("in")]}),
        ),
    ),
    (
        "STEP_UNKNOWN",
        "a",
        "input_mapping",
        playbook(wait("a", input_mapping={"x": "$step_9_output"})),
    ),
    ("STEP_UNKNOWN", "a", "condition", playbook(wait("a", condition="$steps.nope.output == 1"))),
    (
        "STEP_UNKNOWN",
        "a",
        "config.prompt",
        playbook(wait("a", config={"prompt": "{{ steps.no.x }}"})),
    ),
    ("STEP_UNKNOWN", None, "output_mapping", playbook(wait("a"), output_mapping={"x": "$steps.b"})),
    (
        "STEP_OUT_OF_SCOPE",
        "a",
        "input_mapping",
        playbook(
            parallel("p", branches={"x": [wait("in")]}),
            wait("a", input_mapping={"x": "$steps.in.output"}),
        ),
    ),
    (
        "STEP_OUT_OF_SCOPE",
        "other",
        "input_mapping",
        playbook(
            parallel(
                "p",
                branches={
                    "x": [wait("in")],
                    "y": [wait("other", input_mapping={"x": "$steps.in.output"})],
                },
            )
        ),
    ),
    ("STEP_NOT_NAMED", "a", "input_mapping", playbook(wait("a", input_mapping={"x": "$steps.*"}))),
    (
        "VARIABLE_UNKNOWN",
        "a",
        "input_mapping",
        playbook(wait("a", input_mapping={"x": "$inptu.y"})),
    ),
    (
        "ITEM_OUTSIDE_FOR_EACH",
        "a",
        "input_mapping",
        playbook(wait("a", input_mapping={"x": "$item"})),
    ),
    (
        "SCHEMA_KEYWORD_INVALID",
        None,
        "input_schema.type",
        playbook(wait("a"), input_schema={"type": "x"}),
    ),
    (
        "SCHEMA_KEYWORD_INVALID",
        "a",
        "output_schema.type",
        playbook(wait("a", output_schema={"type": "x"})),
    ),
    (
        "SCHEMA_KEYWORD_INVALID",
        "a",
        "config.schema.type",
        playbook(wait("a", config={"schema": {"type": "x"}})),
    ),
    ("CONFIG_KEY_MISSING", "a", "config", playbook({"name": "a", "type": "API_CALL"})),
    ("CONFIG_KEY_MISSING", "a", "config", playbook({"name": "a", "type": "DATABASE_QUERY"})),
    ("CONFIG_KEY_MISSING", "a", "config", playbook({"name": "a", "type": "AGENT_EXECUTION"})),
    (
        "CONFIG_VALUE_INVALID",
        "a",
        "config.mode",
        playbook(
            {"name": "a", "type": "DATABASE_QUERY", "config": {"query": "select 1", "mode": "rw"}}
        ),
    ),
    (
        "CONFIG_VALUE_INVALID",
        "a",
        "config.max_parallel",
        playbook(parallel("a", config={"max_parallel": 0}, branches={"x": [wait("in")]})),
    ),
    (
        "CONFIG_VALUE_INVALID",
        "a",
        "config.join",
        playbook(parallel("a", config={"join": "some"}, branches={"x": [wait("in")]})),
    ),
    (
        "TEMPLATE_UNKNOWN",
        "a",
        "config.template_name",
        playbook({"name": "a", "type": "PROMPT_TEMPLATE", "config": {"template_name": "greet"}}),
    ),
]


@pytest.mark.parametrize(("code", "step_name", "path", "document"), CASES)
def test_a_mistake_is_an_error_at_its_place(
    tenant: Any, code: str, step_name: str | None, path: str, document: dict[str, Any]
) -> None:
    errors = [
        (issue["code"], issue["step_name"], issue["path"])
        for issue in tenant.issues(document)
        if issue["severity"] == "error"
    ]
    assert errors == [(code, step_name, path)]


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({"input_mapping": {"a": {"b": ["$input ? (@"]}}}, "input_mapping.a.b[0]"),
        ({"condition": "$input.x >"}, "condition"),
        ({"condition": {"all": [{"field": "$input[", "operator": "exists"}]}}, "condition"),
        (
            {"type": "WAIT_FOR_INPUT", "config": {"event": "e", "match": {"a": "$input[["}}},
            "config.match.a",
        ),
        ({"config": {"output": {"a": "$input put"}}}, "config.output.a"),
    ],
)
def test_an_expression_that_does_not_parse_is_an_error(
    tenant: Any, step: Any, broken: dict[str, Any], path: str
) -> None:
    issues = tenant.issues(playbook(step("a", **broken)))
    assert [(issue["severity"], issue["step_name"]) for issue in issues] == [("error", "a")]
    assert issues[0]["path"].startswith(path)
    assert issues[0]["message"] and issues[0]["hint"]


def test_a_handler_that_runs_on_and_a_path_into_it_are_warned_of(tenant: Any, step: Any) -> None:
    issues = tenant.issues(
        playbook(step("a", on_failure="sorry"), step("b"), step("sorry"), step("end"))
    )
    assert {(i["severity"], i["step_name"], i["code"]) for i in issues} == {
        ("warning", "b", "RUNS_INTO_HANDLER"),
        ("warning", "sorry", "HANDLER_FALLS_THROUGH"),
    }
    assert not tenant.issues(
        playbook(
            step("a", on_failure="sorry"), step("b", is_final=True), step("sorry", on_success="b")
        )
    )


def test_steps_that_nothing_leads_to_are_warned_of(tenant: Any, step: Any) -> None:
    document = playbook(
        step("a", on_success="d"),
        step("b"),
        parallel("c", branches={"x": [step("in")]}),
        {
            "name": "d",
            "type": "CONDITIONAL_BRANCH",
            "config": {"branches": [{"when": "$input.x > 1", "then": "f"}], "default": "f"},
        },
        step("e"),
        step("f"),
    )
    assert tenant.codes(document) == {(name, "STEP_UNREACHABLE") for name in ("b", "c", "in", "e")}


def test_a_loop_needs_a_way_out(tenant: Any, step: Any) -> None:
    loop = playbook(step("a"), step("b", on_success="a"))
    assert tenant.codes(loop) == {("a", "CYCLE_WITHOUT_EXIT"), ("b", "CYCLE_WITHOUT_EXIT")}

    branch = {
        "name": "b",
        "type": "CONDITIONAL_BRANCH",
        "config": {"branches": [{"when": "$step_1_output > 1", "then": "a"}]},
    }
    assert tenant.issues(playbook(step("a"), branch)) == []


def test_a_parallel_step_with_slower_steps_inside_is_warned_of(tenant: Any) -> None:
    document = playbook(
        {"name": "p", "type": "PARALLEL_EXECUTION", "branches": {"x": [wait("in")]}}
    )
    assert tenant.codes(document) == {("p", "PARALLEL_TIMEOUT_SHORT")}


@pytest.mark.parametrize(
    "config",
    [
        {"headers": {"Authorization": "Basic dXNlcjpwYXNz"}},
        {"headers": {"X-Api-Key": "0123456789abcdef"}},
        {"body": {"list": [{"client_secret": "0123456789"}]}},
        {"body": "sk-proj-0123456789abcdefghijkl"},
        {"body": "-----BEGIN RSA PRIVATE KEY-----"},
        {"url": "https://user:hunter22@crm.example/"},
        {"auth": {"type": "bearer", "token": "ghp_0123456789012345678901234567890123456789"}},
    ],
)
def test_what_looks_like_a_secret_is_an_error_that_does_not_repeat_it(
    tenant: Any, config: dict[str, Any]
) -> None:
    document = playbook(
        {"name": "a", "type": "API_CALL", "config": {"url": "https://crm.example", **config}}
    )
    errors = [issue for issue in tenant.issues(document) if issue["severity"] == "error"]
    assert [e["hint"][:11] for e in errors if e["code"] == "SECRET_IN_CONFIG"] == ["Take it out"]
    assert not any(word in str(errors) for word in ("dXNl", "012345", "hunter", "BEGIN"))


def test_names_that_exist_elsewhere_are_warned_of(tenant: Any) -> None:
    document = playbook(
        {"name": "a", "type": "AGENT_EXECUTION", "config": {"agent": "nobody"}},
        {"name": "b", "type": "CUSTOM_FUNCTION", "config": {"playbook": "nothing"}},
        {"name": "c", "type": "CUSTOM_FUNCTION", "config": {"function": "sum", "paramters": {}}},
    )
    issues = tenant.issues(document)
    assert [(i["severity"], i["step_name"], i["code"]) for i in issues] == [
        ("error", "c", "CONFIG_KEY_UNKNOWN"),
        ("warning", "a", "AGENT_UNKNOWN"),
        ("warning", "b", "PLAYBOOK_NOT_ACTIVE"),
    ]
    assert issues[0]["hint"].startswith("Did you mean parameters? Known: ")


def test_errors_come_first_and_then_the_steps_in_order(tenant: Any, step: Any) -> None:
    issues = tenant.issues(
        playbook(
            step("a", on_success="c"),
            step("b", input_mapping={"x": "$nope"}),
            step("c", condition="$ 1"),
            output_mapping="$nothing",
        )
    )
    assert [(i["severity"], i["step_name"]) for i in issues] == [
        ("error", None),
        ("error", "b"),
        ("error", "c"),
        ("warning", "b"),
    ]


def test_rows_written_by_hand_are_validated_too(tenant: Any) -> None:
    (row,) = tenant.rows(
        """
        insert into pbdb.playbooks (organization_id, name)
        values (pbdb.current_organization_id(), 'by hand') returning id
        """
    )
    tenant.execute(
        """
        with outer_step as (
            insert into pbdb.playbook_steps (
                organization_id, playbook_id, step_name, step_type, step_order, config
            )
            select pbdb.current_organization_id(), %(id)s, step.name, 'DATA_TRANSFORM', step.n,
                '{"output": 1}'
            from (values ('a', 1), ('b', 2)) as step (name, n)
            returning id, step_name
        )
        insert into pbdb.playbook_steps (
            organization_id, playbook_id, parent_step_id, branch, step_name, step_type, step_order,
            config
        )
        select pbdb.current_organization_id(), %(id)s, id, 'x', 'in', 'DATA_TRANSFORM', 3,
            '{"output": 1}'
        from outer_step where step_name = 'a'
        """.replace("%(id)s", f"'{row['id']}'")
    )
    found = tenant.rows("select step_name, code from pbdb.validate_playbook(%s)", row["id"])
    assert {"step_name": "in", "code": "PARENT_NOT_PARALLEL"} in found
