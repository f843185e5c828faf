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
