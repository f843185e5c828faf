"""Configs as the original TypeScript system's documents have them run here, as the pages say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, transform

Connection = psycopg.Connection[Any]


@pytest.fixture
def tenant(app: Connection, worker: Connection, organization: UUID) -> Tenant:
    return Tenant(app, worker, organization)


def step(name: str, type: str, config: Any, **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "config": config, **fields}


def test_operations_change_the_mapped_input(tenant: Tenant) -> None:
    tenant.apply(
        step(
            "tidy",
            "DATA_TRANSFORM",
            {
                "operations": [
                    {"type": "rename", "field": "mail", "newField": "email"},
                    {"type": "transform", "field": "email", "function": "lowercase"},
                    {"type": "map", "field": "size", "mapping": {"L": "large"}},
                    {"type": "set", "field": "source", "value": "web"},
                    {"type": "merge", "value": {"meta": {"seen": True}}},
                    {"type": "remove", "field": "junk"},
                    {
                        "type": "filter",
                        "field": "scores",
                        "condition": {"field": "n", "operator": "greaterThan", "value": 5},
                    },
                ],
                "outputFormat": "flat",
            },
            input_mapping={
                "mail": "$input.leads.0.mail",
                "size": "$input.size",
                "scores": "$input.scores",
                "junk": 1,
            },
        )
    )

    assert tenant.run(
        {"leads": [{"mail": "ANN@X.EU"}], "size": "L", "scores": [{"n": 3}, {"n": 9}]}
    ) == {
        "email": "ann@x.eu",
        "size": "large",
        "source": "web",
        "meta.seen": True,
        "scores": [{"n": 9}],
    }


@pytest.mark.parametrize(("score", "expected"), [(90, "sales"), (10, "nurture")])
@pytest.mark.parametrize("is_flat", [False, True])
def test_conditions_name_the_branch_for_true_and_for_false(
    tenant: Tenant, score: int, expected: str, is_flat: bool
) -> None:
    rule = {
        "field": "score",
        "operator": "greaterThanOrEqual",
        "value": 50,
        "trueBranch": "sales",
        "falseBranch": "nurture",
    }
    tenant.apply(
        step(
            "qualify",
            "CONDITIONAL_BRANCH",
            rule if is_flat else {"conditions": [{"name": "high", **rule}]},
            input_mapping={"score": "$input.score"},
        ),
        transform("sales", "sales", is_final=True),
        transform("nurture", "nurture"),
    )

    assert tenant.run({"score": score}) == expected


def test_the_simple_condition_skips_a_step(tenant: Tenant) -> None:
    simple = {"type": "simple", "field": "$input.plan", "operator": "equals", "value": "pro"}
    tenant.apply(transform("base", "base"), transform("extra", "extra", condition=simple))

    assert tenant.run({"plan": "pro"}) == "extra"
    assert tenant.run({"plan": "free"}) == "base"


def test_single_braces_are_filled_and_unknown_ones_stay(tenant: Tenant) -> None:
    tenant.apply(
        transform("lead", {"name": "Ann"}),
        step(
            "mail",
            "PROMPT_TEMPLATE",
            {
                "template": "Dear {name} of {company.city}, {step_1_output.name}, {input.plan}: {nobody} {{slot}}",
                "variables": {"company": {"city": "Graz"}},
                "syntax": "single_brace",
            },
            input_mapping={"name": "$step_1_output.name"},
        ),
    )

    assert tenant.run({"plan": "pro"})["prompt"] == "Dear Ann of Graz, Ann, pro: {nobody} {{slot}}"


@pytest.mark.parametrize(
    ("type", "config", "handler", "claimed"),
    [
        (
            "CUSTOM_FUNCTION",
            {"functionName": "concatenate", "parameters": {"values": ["a", "b"], "separator": "-"}},
            "CUSTOM_FUNCTION:concatenate",
            {"parameters": {"values": ["a", "b"], "separator": "-"}},
        ),
        (
            "CUSTOM_FUNCTION",
            {"code": "return a + b", "parameters": {"a": 1, "b": 2}},
            "CUSTOM_FUNCTION:@javascript",
            {"code": "return a + b"},
        ),
        (
            "API_CALL",
            {
                "url": "https://api.example.com/leads/{id}",
                "headers": {"X-Lead": "{id}"},
                "body": {"lead": "{id}"},
                "timeout": 30000,
                "syntax": "single_brace",
            },
            "API_CALL",
            {"url": "https://api.example.com/leads/7", "headers": {"X-Lead": "7"}},
        ),
        (
            "MEMORY_SEARCH",
            {
                "query": "refunds",
                "agentId": "01900000-0000-7000-8000-000000000000",
                "limit": 5,
                "threshold": 0.7,
            },
            "MEMORY_SEARCH:@embed",
            {"query": "refunds", "limit": 5},
        ),
        (
            "AGENT_EXECUTION",
            {"agentId": "scorer", "prompt": "Score it", "parameters": {"tone": "dry"}},
            "AGENT_EXECUTION:scorer",
            {"prompt": "Score it", "parameters": {"tone": "dry"}},
        ),
    ],
)
def test_configs_of_runners_arrive_resolved(
    tenant: Tenant, type: str, config: Any, handler: str, claimed: dict[str, Any]
) -> None:
    tenant.apply(step("one", type, config, input_mapping={"id": "$input.id"}))
    tenant.start({"id": 7})

    (row,) = tenant.claim(handler)

    assert row["handler"] == handler
    assert row["input"] == {"id": 7}
    assert claimed.items() <= row["config"].items()


def test_rows_are_brought_over_as_they_are(
    tenant: Tenant, owner: Connection, as_tenant: Callable[..., Any]
) -> None:
    """Branches hold step ids there, and links are columns."""
    with as_tenant(owner, tenant.organization) as conn:
        (playbook,) = conn.execute(
            "insert into pbdb.playbooks (organization_id, name) values (%s, 'old') returning id",
            (tenant.organization,),
        ).fetchone()
        ids = [conn.execute("select gen_random_uuid()").fetchone()[0] for _ in range(3)]
        rule = {"field": "n", "operator": "lessThan", "value": 5,
                "trueBranch": str(ids[1]), "falseBranch": str(ids[2])}  # fmt: skip
        rows: list[tuple[Any, ...]] = [
            (ids[0], "choose", "CONDITIONAL_BRANCH", 1, {"conditions": [rule]}, {"n": "$input.n"}),
            (ids[1], "small", "DATA_TRANSFORM", 2, {"operations": [{"type": "set", "field": "is", "value": "small"}]}, {"n": "$input.n"}),
            (ids[2], "large", "DATA_TRANSFORM", 3, {"operations": [{"type": "set", "field": "is", "value": "large"}]}, {"n": "$input.n"}),
        ]  # fmt: skip
        for id_, name, type_, order, config, mapping in rows:
            conn.execute(
                "insert into pbdb.playbook_steps (organization_id, playbook_id, id, step_name,"
                " step_type, step_order, config, input_mapping, is_final)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (tenant.organization, playbook, id_, name, type_, order, Jsonb(config),
                 Jsonb(mapping), name == "small"),
            )  # fmt: skip
    tenant.one("select pbdb.activate_playbook(%s)", playbook)

    assert tenant.run({"n": 1}, name="old") == {"n": 1, "is": "small"}
    assert tenant.run({"n": 9}, name="old") == {"n": 9, "is": "large"}
