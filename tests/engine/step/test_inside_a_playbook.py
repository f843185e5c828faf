"""The language where it is used: playbooks of nothing but SQL-able steps, run to the end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]


def _run(app: Connection, name: str, steps: list[dict[str, Any]], given: Any, **more: Any) -> Any:
    document = {"name": name, "steps": steps, **more}
    row = app.execute("select pbdb.import_playbook(%s)", (Jsonb(document),)).fetchone()
    assert row is not None
    app.execute("select pbdb.activate_playbook(%s)", (row[0],))
    row = app.execute("select pbdb.run_playbook(%s, %s)", (name, Jsonb(given))).fetchone()
    assert row is not None
    return row[0]


QUALIFY: list[dict[str, Any]] = [
    {
        "name": "score",
        "type": "DATA_TRANSFORM",
        "input_mapping": {"visits": "$input.visits"},
        "config": {"output": {"score": "$step_input.visits * 10", "who": "$input.lead.name"}},
    },
    {
        "name": "choose",
        "type": "CONDITIONAL_BRANCH",
        "config": {
            "branches": [{"when": "$steps.score.output.score > 80", "then": "greet"}],
            "default": "dismiss",
        },
    },
    {
        "name": "greet",
        "type": "PROMPT_TEMPLATE",
        "is_final": True,
        "config": {"template": "Hi {{steps.score.output.who}}, {{$step_1_output.score}} points!"},
    },
    {
        "name": "dismiss",
        "type": "DATA_TRANSFORM",
        "config": {"operations": [{"type": "remove", "field": "lead"}]},
    },
]


def test_a_playbook_of_expressions_runs(
    app: Connection, organization: uuid.UUID, as_tenant: AsTenant
) -> None:
    lead = {"name": "Ann"}
    with as_tenant(app, organization):
        hot = _run(app, "qualify", QUALIFY, {"visits": 9, "lead": lead})
        cold = app.execute(
            "select pbdb.run_playbook('qualify', %s)", (Jsonb({"visits": 1, "lead": lead}),)
        ).fetchone()

    assert hot["prompt"] == "Hi Ann, 90 points!"
    assert cold == ({"visits": 1},)


def test_each_item_is_mapped(app: Connection, organization: uuid.UUID, as_tenant: AsTenant) -> None:
    steps: list[dict[str, Any]] = [
        {
            "name": "all",
            "type": "PARALLEL_EXECUTION",
            "config": {"for_each": {"$all": "$input.orders[*] ? (@.paid == true)"}},
            "steps": [
                {
                    "name": "line",
                    "type": "DATA_TRANSFORM",
                    "config": {"output": {"id": "$item.id", "at": "$index"}},
                }
            ],
        }
    ]
    orders = [{"id": 1, "paid": True}, {"id": 2, "paid": False}, {"id": 3, "paid": True}]
    with as_tenant(app, organization):
        output = _run(app, "orders", steps, {"orders": orders})

    assert output == [{"id": 1, "at": 0}, {"id": 3, "at": 1}]


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"output": {"a": "$input.name + 1"}}, "EXPRESSION_ERROR"),
        ({"operations": [{"type": "merge", "value": "$input.name"}]}, "CONFIG_INVALID"),
    ],
)
def test_an_error_in_an_expression_fails_the_step(
    app: Connection,
    organization: uuid.UUID,
    as_tenant: AsTenant,
    config: dict[str, Any],
    code: str,
) -> None:
    steps = [{"name": "only", "type": "DATA_TRANSFORM", "max_retries": 0, "config": config}]
    with pytest.raises(psycopg.Error) as error, as_tenant(app, organization):
        _run(app, "broken", steps, {"name": "Ann"})

    assert error.value.sqlstate == "PB025"
    assert code in f"{error.value} {error.value.diag.message_detail}"
