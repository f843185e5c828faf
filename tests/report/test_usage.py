"""get_usage: what models used, added up by what is asked for."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest

from build import Tenant, function
from report.conftest import Ask

MODELS = ("small", "large", None)


@pytest.fixture
def used(tenant: Tenant) -> list[uuid.UUID]:
    """Three executions of two playbooks, each with one attempt that used a model."""
    executions = []
    for number, model in enumerate(MODELS):
        name = "one" if number < 2 else "two"
        tenant.apply(function("work"), name=name)
        executions.append(tenant.start(name=name))
        tenant.claim("CUSTOM_FUNCTION:work")
        result, token = tenant.held["work"]
        usage: dict[str, Any] = {
            "model": model,
            "input_tokens": 10 * (number + 1),
            "output_tokens": 1,
        }
        if model:
            usage |= {"cost_usd": 0.5, "latency_ms": 100}
        tenant.worker.execute(
            "select from pbdb.complete_playbook_steps('w1', %s, %s, '{1}'::text[], %s::jsonb[])",
            ([result], [token], [json.dumps(usage)]),
        )
    return executions


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("playbook", [("one", None, None, 2, 30, 2, 1.0, 0), ("two", None, None, 1, 30, 1, None, 1)]),
        ("step", [("one", "work", None, 2, 30, 2, 1.0, 0), ("two", "work", None, 1, 30, 1, None, 1)]),
        (
            "model",
            [
                (None, None, "large", 1, 20, 1, 0.5, 0),
                (None, None, "small", 1, 10, 1, 0.5, 0),
                (None, None, None, 1, 30, 1, None, 1),
            ],
        ),
        ("day", [(None, None, None, 3, 60, 3, 1.0, 1)]),
    ],
)  # fmt: skip
def test_usage_is_added_by_what_is_asked_for(
    ask: Ask, by: str, expected: list[tuple[object, ...]]
) -> None:
    found = ask("select * from get_usage(p_by => %s)", by)

    assert [
        (
            row["playbook_name"], row["step_name"], row["model"], row["attempts"],
            row["input_tokens"], row["output_tokens"], row["cost_usd"], row["unpriced_attempts"],
        )
        for row in found
    ] == expected  # fmt: skip
    assert [row["day"] is not None for row in found] == [by == "day"] * len(found)


def test_usage_is_of_one_execution_or_of_a_time(used: list[uuid.UUID], ask: Ask) -> None:
    (row,) = ask("select * from get_usage(p_execution_id => %s)", used[1])

    assert (row["attempts"], row["input_tokens"], row["latency_ms"]) == (1, 20, 100)
    assert ask("select * from get_usage(p_to => now() - interval '1 hour')") == []
    assert ask("select * from get_usage(p_execution_id => %s)", uuid.uuid4()) == []


@pytest.mark.usefixtures("used")
def test_another_tenant_sees_no_usage(app: psycopg.Connection[Any]) -> None:
    with app.transaction():
        app.execute("select pbdb.set_organization(%s)", (uuid.uuid4(),))
        assert app.execute("select * from get_usage()").fetchall() == []


@pytest.mark.parametrize(
    "arguments",
    [
        "p_by => 'customer'",
        "p_by => null",
        "p_from => '-infinity'",
        "p_to => 'infinity'",
        "p_from => now() - interval '367 days'",
    ],
)
def test_usage_over_too_long_or_by_something_else_is_refused(ask: Ask, arguments: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        ask(f"select * from get_usage({arguments})")
    assert refused.value.sqlstate == "PB017"
