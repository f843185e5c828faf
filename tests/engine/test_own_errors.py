"""Whatever a step's data can raise is that step's error, wherever control comes from."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform

LONG = "".join(chr(0x4E00 + (i * 7919) % 20000) for i in range(20000))


def wait(**config: Any) -> dict[str, Any]:
    return {"name": "bad", "type": "WAIT_FOR_INPUT", "config": config}


def call(**config: Any) -> dict[str, Any]:
    return {"name": "bad", "type": "CUSTOM_FUNCTION", "config": config}


def each(items: Any, **config: Any) -> dict[str, Any]:
    config = {"for_each": items, **config}
    body = [transform("body", "$item")]
    return {"name": "bad", "type": "PARALLEL_EXECUTION", "config": config, "steps": body}


# What the step reads, and what it finds there: one row for each way that was not on a list once.
BAD = {
    "a time with a zone taken for a date (0A000)": (
        transform("bad", "$input.x.date()"),
        "2026-01-31T10:00:00Z",
    ),
    "the same in a condition": (
        transform("bad", 1, condition='$input.x.date() < "2026-02-01".date()'),
        "2026-01-31T10:00:00Z",
    ),
    "the same in a mapping": (
        function("bad", input_mapping={"d": "$input.x.date()"}),
        "2026-01-31T10:00:00Z",
    ),
    "a duration out of range": (wait(**{"for": "$input.x"}), 1e300),
    "a negative one": (wait(**{"for": "$input.x"}), -1e300),
    "a time beyond the calendar (22008)": (wait(**{"for": "$input.x"}), "1000000 years"),
    "a duration that is none": (wait(**{"for": "$input.x"}), {"a": 1}),
    "a time that is none": (wait(until="$input.x"), True),
    "a time that is missing": (wait(until="$input.y"), 1),
    "an event without a name": (wait(event="$input.y"), 1),
    "an event with a blank name": (wait(event="$input.x"), " "),
    "an event that is an object": (wait(event="$input.x"), {"a": 1}),
    "an event name no index holds (54000)": (wait(event="$input.x"), LONG),
    "assignees that are no list": (wait(prompt="?", assignees="$input.x"), {"a": 1}),
    "assignees that are nobody": (wait(prompt="?", assignees="$input.x"), []),
    "assignees that are missing": (wait(prompt="?", assignees="$input.y"), 1),
    "an assignee that is missing": (wait(prompt="?", assignees=["$input.y"]), 1),
    "an assignee who is no subject": (wait(prompt="?", assignees=["$input.x"]), "ann"),
    "items that are no list": (each("$input.x"), 7),
    "items that cannot be read": (each("$input.x.date()"), "2026-01-31T10:00:00Z"),
}


@pytest.mark.parametrize("place", ["at the start", "after a timer", "after a runner's report"])
@pytest.mark.parametrize("what", BAD)
def test_what_data_raises_fails_its_own_step(tenant: Tenant, what: str, place: str) -> None:
    step, value = BAD[what]
    if ".date()" in json.dumps(step) and tenant.app.info.server_version < 170000:
        # PostgreSQL 17 brought it; before, nothing that uses it is activated.
        with pytest.raises(psycopg.Error, match="EXPRESSION_SYNTAX"):
            tenant.apply(step)
        return
    before = {
        "at the start": [],
        "after a timer": [{"name": "nap", "type": "WAIT_FOR_INPUT", "config": {"for": 0}}],
        "after a runner's report": [function("work")],
    }[place]
    tenant.apply(*before, {**step, "max_retries": 0})
    execution = tenant.start({"x": value})
    if place == "after a timer":
        tenant.worker.execute("select pbdb.sweep()")
    elif place == "after a runner's report":
        tenant.claim()
        assert tenant.complete("work", 1) == "accepted"

    assert tenant.status(execution) == "FAILED"
    assert [a[:2] for a in tenant.attempts(execution)][-1] == ("bad", "FAILED")


def test_its_failure_path_handles_it(tenant: Tenant) -> None:
    tenant.apply(
        wait(**{"for": "$input.x"}) | {"on_failure": "mend"},
        transform("mend", "$error.code"),
    )

    execution = tenant.start({"x": 1e300})

    assert tenant.result(execution)["output_data"] == "CONFIG_INVALID"


def test_a_child_that_cannot_be_called_is_an_error_of_the_step_that_calls(tenant: Tenant) -> None:
    tenant.apply(function("work"), name="other", input_schema={"type": "array"})
    tenant.apply(call(playbook="other") | {"max_retries": 0})

    execution = tenant.start({"a": 1})

    assert [a[4] for a in tenant.attempts(execution)] == ["INPUT_INVALID"]


@pytest.mark.parametrize("schema_of", ["the step", "the answer", "the playbook"])
def test_a_schema_that_fails_while_it_is_read_rejects_the_value(
    tenant: Tenant, schema_of: str, owner: Any
) -> None:
    """As a pattern does whose automaton would not fit into memory: planted, for it is hard to find."""
    owner.execute(
        "create or replace function pbdb._schema_errors(p_schema jsonb, p_value jsonb)"
        " returns jsonb language plpgsql immutable as $$ begin"
        " raise exception 'planted' using errcode = '54001'; end $$"
    )
    schema = {"type": "object"}
    if schema_of == "the step":
        tenant.apply(function("work", output_schema=schema, max_retries=0))
    elif schema_of == "the playbook":
        tenant.apply(function("work"), output_schema=schema)
    else:
        tenant.apply(
            {
                "name": "work",
                "type": "WAIT_FOR_INPUT",
                "config": {"event": "e", "schema": schema},
                "max_retries": 0,
            }
        )
    execution = tenant.start()

    if schema_of == "the answer":
        tenant.one("select pbdb.emit_playbook_event('e', '{}')")
    else:
        tenant.claim()
        tenant.complete("work", {})

    result = tenant.result(execution)
    assert (result["status"], result["error_code"]) == ("FAILED", "OUTPUT_INVALID")
