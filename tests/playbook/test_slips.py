"""Slips that would give null, nothing, or a wait for ever: each is told before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]
Check = Callable[[dict[str, Any]], list[dict[str, Any]]]

CLOSED = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "length": {"type": "number"},
        "lead": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"email": {"type": "string"}},
        },
        "orders": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "integer"},
                    "lines": {"type": "array", "items": {"type": "object"}},
                },
            },
        },
        "open": {"type": "object"},
        "either": {"anyOf": [{"type": "object"}, {"type": "null"}]},
    },
}


@pytest.fixture
def check(tenant: Any) -> Check:
    def run(document: dict[str, Any]) -> list[dict[str, Any]]:
        (found,) = tenant.rows("select issues from pbdb.check_playbook(%s)", Jsonb(document))
        issues: list[dict[str, Any]] = found["issues"]
        return issues

    return run


def transform(name: str, output: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "DATA_TRANSFORM", "config": {"output": output}, **more}


def playbook(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "slips", "input_schema": CLOSED, "steps": list(steps), **more}


def codes(check: Check, document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(issue["severity"], issue["code"]) for issue in check(document)]


def read_after_a(path: Any) -> dict[str, Any]:
    """A step that reads something after a step whose output has the member x."""
    return playbook(transform("a", {"x": {"y": 1}, "z": "$input.open"}), transform("b", path))


UNKNOWN = [
    "$steps.a.ouput.x",
    "$steps.a.result",
    "$steps.a.x",
    '$steps."a".data',
    "$steps.a.error.reason",
    "$steps.a.error.kode",
    "$steps.a.output.w",
    "$steps.a.output.x.z",
    "$step_1_output.w",
    "$execution.nope",
    "$execution.input",
    "$execution.organization_id",
    "$error.mesage",
    "$error.status",
    "$input.nmae",
    "$input.lead.mail",
    "$input.orders[0].sku",
    "$input.orders[*].sku",
    "$input.orders.sku",
    {"$all": "$input.orders[*].sku"},
    {"deep": ["$input.lead.mail"]},
]
KNOWN = [
    "$steps.a.output.x.y",
    "$steps.a.output.z.anything",
    "$steps.a.output.x.size()",
    "$steps.a.status",
    "$steps.a.error.code",
    "$steps.a.error.details.anything",
    "$step_1_output.x",
    "$execution.started_at",
    "$input.name",
    "$input.length",
    "$input.lead.email",
    "$input.orders[0].id",
    "$input.orders[0].lines[1].anything",
    "$input.orders[*] ? (@.nobody == 1).nobody",
    "$input.open.anything",
    "$input.either.anything",
    "$input.orders.size()",
    '$input.name starts with "$steps.a.ouput"',
]


@pytest.mark.parametrize("path", UNKNOWN, ids=str)
def test_a_member_that_cannot_be_there_is_an_error(check: Check, path: Any) -> None:
    assert ("error", "MEMBER_UNKNOWN") in codes(check, read_after_a(path))


@pytest.mark.parametrize("path", KNOWN, ids=str)
def test_a_member_that_may_be_there_is_none(check: Check, path: Any) -> None:
    assert codes(check, read_after_a(path)) == []


def test_the_issue_has_its_place_and_the_nearest_member(check: Check) -> None:
    (issue,) = check(read_after_a({"deep": [1, "$steps.a.ouput.x"]}))
    assert issue["place"] == "steps[1].config.output.deep[1]"
    assert issue["message"] == "$steps.a has no member ouput"
    assert issue["hint"].startswith("Did you mean output?")


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{{steps.a.ouput}}", [("warning", "MEMBER_UNKNOWN")]),
        ("{{$steps.a.ouput}}", [("error", "MEMBER_UNKNOWN")]),
        ("{{input.nmae}}", [("warning", "MEMBER_UNKNOWN")]),
        ("{{#input.orders}}{{id}}{{/input.orders}}", []),
        ("{{#input.orders}}{{lines[0]}}{{/input.orders}}", [("error", "TEMPLATE_NAME_INVALID")]),
        ("{{$input.orders[0].id}}", []),
        ("{% for x in input.orders %}{{x}}{% endfor %}", [("warning", "NOTATION_FOREIGN")]),
        ("Hello $input.name", [("warning", "EXPRESSION_IN_TEXT")]),
        ("It costs $5, or $inputs", []),
        ("Hello <%= input.name %>", [("warning", "NOTATION_FOREIGN")]),
    ],
)  # fmt: skip
def test_what_a_template_reads_is_checked_too(
    check: Check, template: str, found: list[tuple[str, str]]
) -> None:
    step = {"name": "b", "type": "PROMPT_TEMPLATE", "config": {"template": template}}
    assert codes(check, playbook(transform("a", 1), step)) == found


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ({"t": "Hello {{ input.name }}"}, "EXPRESSION_IN_TEXT"),
        ("{{input.name}}", "EXPRESSION_IN_TEXT"),
        ("={{ $json.name }}", "EXPRESSION_IN_TEXT"),
        ({"t": "Hello $input.name"}, "EXPRESSION_IN_TEXT"),
        (["a", {"b": "to: $steps.a.output"}], "EXPRESSION_IN_TEXT"),
        ({"t.$": "$input.name"}, "NOTATION_FOREIGN"),
        ("States.Format('{}', $.name)", "NOTATION_FOREIGN"),
        ("$$.Execution.Id", "NOTATION_FOREIGN"),
        ("{% $states.input.name %}", "NOTATION_FOREIGN"),
        ("a ${input.name} b", "NOTATION_FOREIGN"),
        ("<%= input.name %>", "NOTATION_FOREIGN"),
        ("$input.orders.length", "MEMBER_UNKNOWN"),
        ("$steps.a", "STEP_READ_WHOLE"),
    ],
)
def test_text_that_looks_computed_is_told(check: Check, output: Any, code: str) -> None:
    document = playbook(transform("a", 1), transform("b", output))
    document.pop("input_schema")
    assert ("warning", code) in codes(check, document)


@pytest.mark.parametrize(
    "output",
    ["$$5", "$$input.name", "a {b} c", "100 %", "{{", "costs $5", "States", "a.b", {"a.b": 1}],
    ids=str,
)
def test_plain_text_is_left_alone(check: Check, output: Any) -> None:
    assert codes(check, playbook(transform("b", output))) == []


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("$input.orders[-1]", "The last element is [last], the one before it [last - 1]."),
        ("${{ inputs.name }}", 'A value is "$input.name"; inside text write {{input.name}}.'),
        ("$.name", "Start with a variable: $input.lead, not $.lead."),
        ("$input.orders.map(x => x.id)", "Paths are SQL/JSON, not JavaScript"),
    ],
)
def test_a_path_of_another_language_is_translated(check: Check, path: str, hint: str) -> None:
    (issue,) = check(playbook(transform("b", path)))
    assert issue["severity"] == "error"
    assert issue["hint"].startswith(hint)


def for_each(items: Any, path: str) -> dict[str, Any]:
    return playbook(
        {
            "name": "all",
            "type": "PARALLEL_EXECUTION",
            "config": {"for_each": items},
            "steps": [transform("one", path)],
        }
    )


@pytest.mark.parametrize(
    ("items", "path", "found"),
    [
        ("$input.orders", "$item.id", []),
        ("$input.orders", "$item.sku", [("error", "MEMBER_UNKNOWN")]),
        ("$input.orders", "$item.lines[0].sku", []),
        ("$input.open", "$item.sku", []),
        ("$input.orders[*] ? (@.id > 1)", "$item.sku", []),
    ],
)  # fmt: skip
def test_an_item_has_the_members_of_the_list_s_elements(
    check: Check, items: str, path: str, found: list[tuple[str, str]]
) -> None:
    assert codes(check, for_each(items, path)) == found


def test_the_declared_output_of_an_agent_is_closed_under_output(check: Check) -> None:
    agent = {
        "name": "a",
        "type": "AGENT_EXECUTION",
        "config": {"agent": "assistant", "prompt": "?"},
        "output_schema": {
            "type": "object",
            "properties": {"mood": {"type": "string"}},
            "additionalProperties": False,
        },
    }
    right = playbook(agent, transform("b", "$steps.a.output.output.mood"))
    wrong = playbook(agent, transform("b", "$steps.a.output.output.mod"))
    assert ("error", "MEMBER_UNKNOWN") not in codes(check, right)
    assert ("error", "MEMBER_UNKNOWN") in codes(check, wrong)


def test_an_output_that_cannot_be_there_yet_is_told(check: Check) -> None:
    later = playbook(transform("a", "$steps.b.output"), transform("b", 1))
    assert codes(check, later) == [("warning", "STEP_NOT_YET_RUN")]
    itself = playbook(transform("a", "$steps.a.output"))
    assert codes(check, itself) == [("warning", "STEP_NOT_YET_RUN")]


def test_in_a_loop_a_later_step_may_have_run(check: Check) -> None:
    looping = playbook(
        transform("a", "$steps.b.output"),
        transform("b", "$steps.b.output"),
        {
            "name": "again",
            "type": "CONDITIONAL_BRANCH",
            "config": {
                "branches": [{"when": "$input.length > 1", "then": "a"}],
                "default": "end",
            },
        },
        transform("end", 1),
    )
    assert [each for each in codes(check, looping) if each[1] == "STEP_NOT_YET_RUN"] == []


def test_error_is_read_where_a_failure_leads(check: Check) -> None:
    nowhere = playbook(transform("a", 1), transform("b", "$error.details.status_code"))
    assert codes(check, nowhere) == [("warning", "ERROR_NOT_SET")]
    handled = playbook(
        transform("a", 1, on_failure="mend", is_final=True),
        transform("mend", "$error.code", on_success="after"),
        transform("after", "$error.details.status_code"),
    )
    assert codes(check, handled) == []


def test_a_config_key_that_no_step_of_the_type_has_is_an_error(check: Check) -> None:
    document = playbook(
        {"name": "a", "type": "WAIT_FOR_INPUT", "config": {"promt": "?", "assignee": "x"}}
    )
    found = codes(check, document)
    assert found.count(("error", "CONFIG_KEY_UNKNOWN")) == 2


def test_what_no_registered_runner_offers_is_a_warning(check: Check, worker: Connection) -> None:
    def found(config: dict[str, Any], type: str = "CUSTOM_FUNCTION") -> list[tuple[str, str]]:
        return codes(check, playbook({"name": "s", "type": type, "config": config}))

    agent = {"agent": "poet", "prompt": "x"}
    assert found({"function": "charge"}) == []  # no runner is there: nobody knows
    assert found({**agent, "agent": "assistant"}, "AGENT_EXECUTION") == []
    assert found(agent, "AGENT_EXECUTION") == [("warning", "AGENT_UNKNOWN")]
    worker.execute(
        "select pbdb.register_worker('w', '{CUSTOM_FUNCTION:charge,AGENT_EXECUTION:poet}')"
    )
    assert found({"function": "charge"}) == []
    assert found({"function": "chrage"}) == [("warning", "FUNCTION_UNKNOWN")]
    assert found({"code": "return 1"}) == []
    assert found(agent, "AGENT_EXECUTION") == []


@pytest.mark.parametrize("method", ["date()", "timestamp_tz()", "string()", "decimal(4, 2)"])
def test_a_path_of_a_newer_server_says_so(check: Check, tenant: Any, method: str) -> None:
    version = tenant.value("select current_setting('server_version_num')::int") // 10000
    found = check(playbook(transform("a", f"$input.name.{method}")))
    if version >= 17:
        assert found == []
    else:
        (issue,) = found
        assert "comes with PostgreSQL 17" in issue["message"]
        assert ".datetime()" in issue["hint"]


def run(tenant: Any, input: Any, name: str) -> Any:
    return tenant.value("select pbdb.run_playbook(%s, %s)", name, Jsonb(input))


DRAFT = "http://json-schema.org/draft-07/schema#"


def test_a_schema_of_an_older_draft_is_read_where_it_means_the_same(
    check: Check, tenant: Any
) -> None:
    tool: dict[str, Any] = {
        "$schema": DRAFT,
        "type": "object",
        "properties": {"a": {"$ref": "#/definitions/a"}},
        "definitions": {"a": {"type": "integer", "exclusiveMinimum": 0}},
        "required": ["a"],
    }
    document: dict[str, Any] = {
        "name": "old",
        "input_schema": tool,
        "steps": [transform("t", "$input.a")],
    }
    assert check(document) == []
    tenant.rows("select pbdb.apply_playbook(%s)", Jsonb(document))
    assert run(tenant, {"a": 1}, "old") == 1
    with pytest.raises(psycopg.Error, match="input of playbook"):
        run(tenant, {"a": 0}, "old")
    others: list[dict[str, Any]] = [
        {"dependencies": {}},
        {"items": [{}]},
        {"$schema": "http://json-schema.org/draft-04/schema#"},
    ]
    for other in others:
        document["input_schema"] = tool | other
        assert "error" in {severity for severity, _ in codes(check, document)}, other


def test_defaults_of_the_schema_are_filled_in_at_the_start(tenant: Any) -> None:
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": "integer", "default": 3},
            "deep": {"type": "object", "properties": {"b": {"default": [1]}}},
        },
    }
    child = {"name": "c", "type": "CUSTOM_FUNCTION", "config": {"playbook": "filled"}}
    for document in (
        {"name": "filled", "input_schema": schema, "steps": [transform("t", "$input")]},
        {"name": "caller", "steps": [{**child, "input_mapping": {"deep": {}}}]},
    ):
        tenant.rows("select pbdb.apply_playbook(%s)", Jsonb(document))

    assert run(tenant, {}, "filled") == {"a": 3}
    assert run(tenant, {"a": 1, "deep": {"c": 2}}, "filled") == {"a": 1, "deep": {"c": 2, "b": [1]}}
    assert run(tenant, {"deep": {"b": None}}, "filled") == {"a": 3, "deep": {"b": None}}
    assert run(tenant, {}, "caller") == {"a": 3, "deep": {"b": [1]}}
    with pytest.raises(psycopg.Error, match="input of playbook"):
        run(tenant, {"a": None}, "filled")
    kept = tenant.rows("select input_data from pbdb.playbook_executions order by id limit 1")
    assert kept == [{"input_data": {"a": 3}}]
