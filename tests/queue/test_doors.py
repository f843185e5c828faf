"""What comes in through a function is refused with its limit when it cannot be kept or read again."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform

ASK = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?"}}
LONG = "ä" * 300

VALUES = {
    "4000 digits": '{"x": 1e5000}',
    "500 levels": '{"x": ' + "[" * 600 + "]" * 600 + "}",
    "the limit is 1048576": '{"x": "' + "y" * 2_000_000 + '"}',
}
DOORS = {
    "input": "select pbdb.start_playbook('test', %s::jsonb)",
    "metadata": "select pbdb.start_playbook('test', p_metadata => %s::jsonb)",
    "payload": "select pbdb.emit_playbook_event('e', %s::jsonb)",
    "trigger": "select pbdb.define_trigger('t', 'test', '* * * * *', p_input => %s::jsonb)",
    "run": "select pbdb.run_playbook('test', %s::jsonb)",
}
BIG = "y" * 300_000
DEEP = '{"x": ' + "[" * 600 + "]" * 600 + "}"
# What is kept as it comes: each with a value over its limit, and the words of the refusal.
KEPT = {
    "select pbdb.define_agent('a', 'm', p_instructions => %s)": (BIG, "instructions of agents has"),
    "select pbdb.define_agent('a', 'm', p_description => %s)": (BIG, "the limit is 262144"),
    "select pbdb.define_agent('a', 'm', p_parameters => %s::jsonb)": (DEEP, "500 levels"),
    "select pbdb.define_agent('a', 'm', p_metadata => %s::jsonb)": ('{"x": 1e5000}', "4000 digits"),
    "select pbdb.define_agent('a', 'm', p_tools => array[%s])": ("t" * 1_100_000, "1048576"),
    "select pbdb.store_prompt_template('t', '\"x\"', %s::jsonb)": (DEEP, "500 levels"),
    "select pbdb.store_prompt_template('t', '\"x\"', p_description => %s)": (BIG, "262144"),
    "select pbdb.store_memory('m', p_metadata => %s::jsonb)": (DEEP, "500 levels"),
    "select pbdb.store_memory('m', p_source => %s)": (BIG, "source of agent_memories"),
    "select pbdb.store_memory(%s)": (BIG, "at most 262144"),
    "select pbdb.validate_json('true', %s::jsonb)": (DEEP, "500 levels"),
    "select * from pbdb.what_if_playbook('test', '{}', %s::jsonb)": (DEEP, "500 levels"),
    "insert into pbdb.agents (organization_id, name, model, instructions)"
    " values (pbdb.current_organization_id(), 'a', 'm', %s)": (BIG, "the limit is 262144"),
    "insert into pbdb.playbooks (organization_id, name, metadata)"
    " values (pbdb.current_organization_id(), 'a', %s::jsonb)": (DEEP, "500 levels"),
    "insert into pbdb.playbooks (organization_id, name, description)"
    " values (pbdb.current_organization_id(), 'a', %s)": (BIG, "description of playbooks"),
}
MANY = {
    "select pbdb.store_memories(array_fill('x'::text, array[%s]))": 10_001,
    "select pbdb.start_playbook_executions(id, array_fill('{}'::jsonb, array[%s]))"
    " from pbdb.playbooks": 50_001,
}  # fmt: skip
NAMES = {
    "execution": "select pbdb.start_playbook('test', p_execution_name => %s)",
    "event": "select pbdb.emit_playbook_event(%s)",
    "trigger": "select pbdb.define_trigger(%s, 'test', '* * * * *')",
    "event of a trigger": "select pbdb.define_trigger('t', 'test', p_event_name => %s)",
}


@pytest.mark.parametrize("limit", VALUES)
@pytest.mark.parametrize("door", DOORS)
def test_a_value_is_refused_with_its_limit(tenant: Tenant, door: str, limit: str) -> None:
    tenant.apply(transform("a", 1))

    with pytest.raises(psycopg.Error) as refused:
        tenant.one(DOORS[door], VALUES[limit])

    assert refused.value.sqlstate == "PB014"
    assert limit in str(refused.value)


@pytest.mark.parametrize("query", KEPT)
def test_what_is_kept_has_a_limit_at_its_door(tenant: Tenant, query: str) -> None:
    tenant.apply(transform("a", 1))
    value, limit = KEPT[query]

    with pytest.raises(psycopg.Error) as refused:
        tenant.one(query, value)

    assert refused.value.sqlstate == "PB014"
    assert limit in str(refused.value)


@pytest.mark.parametrize("query", MANY)
def test_an_array_has_a_limit(tenant: Tenant, query: str) -> None:
    tenant.apply(transform("a", 1))

    with pytest.raises(psycopg.Error) as refused:
        tenant.one(query, MANY[query])

    assert refused.value.sqlstate == "PB017"
    assert f"the limit is {MANY[query] - 1}" in str(refused.value)


def test_a_reason_has_a_limit(tenant: Tenant) -> None:
    tenant.apply(ASK)
    execution = tenant.start()

    with pytest.raises(psycopg.Error, match="the reason has 10001 characters, the limit is 10000"):
        tenant.one("select pbdb.cancel_playbook_execution(%s, %s)", execution, "x" * 10_001)


def test_a_number_in_a_document_has_a_limit_of_digits(tenant: Tenant) -> None:
    document = '{"name": "n", "steps": [{"name": "a", "type": "DATA_TRANSFORM",'
    document += ' "config": {"output": 1e5000}}]}'

    with pytest.raises(psycopg.Error) as refused:
        tenant.one("select pbdb.apply_playbook(%s::jsonb)", document)
    issues = tenant.one("select issues from pbdb.check_playbook(%s::jsonb)", document)

    assert refused.value.sqlstate == "PB009"
    assert "4000 digits" in str(refused.value)
    assert "4000 digits" in issues[0]["message"]


def test_what_names_nothing_is_shown_in_short(tenant: Tenant) -> None:
    for query in (
        "select pbdb.run_playbook(%s)", "select pbdb.delete_trigger(%s)",
        "select * from pbdb.get_usage(p_by => %s)",
    ):  # fmt: skip
        with pytest.raises(psycopg.Error) as refused:
            tenant.one(query, "n" * 1_000_000)
        assert 100 < len(str(refused.value)) < 500


def test_a_usage_that_cannot_be_kept_is_counted_without_its_details(tenant: Tenant) -> None:
    tenant.apply(function("work"))
    execution = tenant.start()
    step = tenant.claim()[0]
    usage = '{"model": "m", "input_tokens": 7, "x": 1e5000}'

    tenant.worker.execute(
        "select from pbdb.complete_playbook_steps('w', %s, %s, '{1}', array[%s]::jsonb[])",
        ([step["step_result_id"]], [step["token"]], usage),
    )

    assert tenant.status(execution) == "COMPLETED"
    assert tenant.rows(
        "select model, input_tokens, details ->> 'note' from pbdb.playbook_usage"
    ) == [("m", 7, "a number in it has more than 4000 digits")]


@pytest.mark.parametrize("limit", ["4000 digits", "500 levels"])
def test_an_answer_and_an_output_are_refused_with_their_limit(tenant: Tenant, limit: str) -> None:
    tenant.apply(ASK, function("work", max_retries=0))
    execution = tenant.start()
    with pytest.raises(psycopg.Error) as refused:
        tenant.one("select pbdb.submit_step_input(%s, 'ask', %s::jsonb)", execution, VALUES[limit])
    assert refused.value.sqlstate == "PB012"
    assert limit in str(refused.value)
    tenant.one("select pbdb.submit_step_input(%s, 'ask', '1')", execution)
    step = tenant.claim()[0]

    outcome = tenant.worker.execute(
        "select outcome, code from pbdb.complete_playbook_steps('w', %s, %s, %s)",
        ([step["step_result_id"]], [step["token"]], [VALUES[limit]]),
    ).fetchone()

    assert outcome == ("failed", "OUTPUT_INVALID")
    assert limit in tenant.result(execution)["error_message"]


@pytest.mark.parametrize("door", NAMES)
def test_a_name_is_refused_with_its_limit(tenant: Tenant, door: str) -> None:
    tenant.apply(transform("a", 1))

    with pytest.raises(psycopg.Error) as refused:
        tenant.one(NAMES[door], LONG)

    assert refused.value.sqlstate == "PB017"
    assert "the limit is 255" in str(refused.value)


def test_a_step_that_makes_a_number_of_too_many_digits_fails(tenant: Tenant) -> None:
    steps = [transform("m0", "$input.n * $input.n")]
    for i in range(1, 14):
        steps.append(transform(f"m{i}", f"$steps.m{i - 1}.output * $steps.m{i - 1}.output"))
    tenant.apply(*(step | {"max_retries": 0} for step in steps))

    result: dict[str, Any] = tenant.result(tenant.start({"n": 12}))

    assert (result["status"], result["error_code"]) == ("FAILED", "EXPRESSION_ERROR")
    assert "4000 digits" in result["error_message"]


def test_long_texts_of_digits_and_many_small_values_are_kept(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input"))
    value = {"digits": "7" * 9000, "items": [{"n": n} for n in range(2000)]}

    assert tenant.run(value) == value
