"""Two tenants that use the same names never meet: playbooks, keys, events, agents, templates."""

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
Ask = Callable[..., Any]

ECHO = {
    "name": "echo",
    "steps": [{"name": "say", "type": "DATA_TRANSFORM", "config": {"output": "$input"}}],
}
WAIT = {
    "name": "wait",
    "steps": [{"name": "hold", "type": "WAIT_FOR_INPUT", "config": {"event": "paid"}}],
}
CALL = {
    "name": "call",
    "steps": [{"name": "ring", "type": "API_CALL", "config": {"url": "https://example.org"}}],
}


@pytest.fixture
def ask(app: Connection, as_tenant: AsTenant) -> Ask:
    """`ask(tenant, "select …", …)`: the first value, in a transaction of the tenant."""

    def query(tenant: uuid.UUID, text: str, *values: object) -> Any:
        with as_tenant(app, tenant):
            row = app.execute(text.encode(), values).fetchone()
        return None if row is None else row[0]

    return query


@pytest.fixture
def mine() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def theirs() -> uuid.UUID:
    return uuid.uuid4()


def activate(ask: Ask, tenant: uuid.UUID, document: dict[str, Any]) -> uuid.UUID:
    playbook = ask(tenant, "select import_playbook(%s)", Jsonb(document))
    ask(tenant, "select activate_playbook(%s)", playbook)
    return uuid.UUID(str(playbook))


def refusal(ask: Ask, tenant: uuid.UUID, text: str, *values: object) -> tuple[str | None, str]:
    with pytest.raises(psycopg.Error) as refused:
        ask(tenant, text, *values)
    return refused.value.sqlstate, str(refused.value.diag.message_primary)


def test_both_number_their_versions_from_1(ask: Ask, mine: uuid.UUID, theirs: uuid.UUID) -> None:
    for tenant in (mine, theirs):
        playbook = activate(ask, tenant, ECHO)
        version = "select version from pbdb.playbooks where id = %s"
        assert ask(tenant, version, playbook) == 1


def test_a_playbook_of_another_tenant_does_not_start_by_name(
    ask: Ask, mine: uuid.UUID, theirs: uuid.UUID
) -> None:
    activate(ask, theirs, ECHO)

    state, message = refusal(ask, mine, "select start_playbook('echo')")
    unknown = refusal(ask, mine, "select start_playbook('nobody has it')")

    assert (state, message.replace("echo", "nobody has it")) == unknown
    assert refusal(ask, mine, "select run_playbook('echo')")[0] == unknown[0]


def test_a_child_playbook_is_looked_for_within_the_tenant(
    ask: Ask, mine: uuid.UUID, theirs: uuid.UUID
) -> None:
    activate(ask, theirs, ECHO)
    parent = {
        "name": "parent",
        "max_retries": 0,
        "steps": [{"name": "go", "type": "CUSTOM_FUNCTION", "config": {"playbook": "echo"}}],
    }
    playbook = ask(mine, "select import_playbook(%s)", Jsonb(parent))
    try:
        ask(mine, "select activate_playbook(%s)", playbook)
    except psycopg.Error:
        return
    execution = ask(mine, "select start_playbook_execution(%s)", playbook)
    status = "select status from get_execution_result(%s)"
    assert ask(mine, status, execution) == "FAILED"
    assert ask(theirs, "select count(*) from pbdb.playbook_executions") == 0


def test_an_idempotency_key_is_the_tenants_own(
    ask: Ask, mine: uuid.UUID, theirs: uuid.UUID
) -> None:
    started = [
        ask(
            tenant,
            "select start_playbook_execution(%s, '{}', 'order-1')",
            activate(ask, tenant, ECHO),
        )
        for tenant in (mine, theirs)
    ]

    assert started[0] != started[1]


def test_an_event_wakes_no_wait_of_another_tenant(
    ask: Ask, mine: uuid.UUID, theirs: uuid.UUID
) -> None:
    execution = ask(theirs, "select start_playbook_execution(%s)", activate(ask, theirs, WAIT))

    assert ask(mine, "select emit_playbook_event('paid', '{}')") == 0

    status = "select status from get_execution_result(%s)"
    assert ask(theirs, status, execution) == "PAUSED"
    assert ask(theirs, "select emit_playbook_event('paid', '{}')") == 1
    assert ask(theirs, status, execution) == "COMPLETED"


def test_an_answer_to_another_tenants_wait_is_an_answer_to_nothing(
    ask: Ask, mine: uuid.UUID, theirs: uuid.UUID
) -> None:
    execution = ask(theirs, "select start_playbook_execution(%s)", activate(ask, theirs, WAIT))
    answer = "select submit_step_input(%s, 'hold', '{}')"
    other = uuid.uuid4()

    state, message = refusal(ask, mine, answer, execution)

    assert (state, message.replace(str(execution), str(other))) == refusal(ask, mine, answer, other)
    assert ask(mine, "select count(*) from playbook_inbox") == 0
    assert ask(theirs, "select count(*) from playbook_inbox") == 1


def test_agents_and_templates_of_the_same_name_are_two(
    ask: Ask, mine: uuid.UUID, theirs: uuid.UUID
) -> None:
    for tenant in (mine, theirs):
        ask(tenant, "select define_agent('writer', 'test:model')")
        text = Jsonb(f"text of {tenant}")
        assert ask(tenant, "select store_prompt_template('greeting', %s)", text) == 1
    document = {
        "name": "greet",
        "steps": [
            {
                "name": "greet",
                "type": "PROMPT_TEMPLATE",
                "config": {"template_name": "greeting"},
            }
        ],
    }
    for tenant in (mine, theirs):
        activate(ask, tenant, document)
        found = ask(tenant, "select run_playbook('greet')")
        assert found["prompt"] == f"text of {tenant}"
        assert ask(tenant, "select count(*) from pbdb.agents") == 1


def test_a_runner_gets_every_tenants_steps_with_the_tenant_of_each(
    ask: Ask, worker: Connection, mine: uuid.UUID, theirs: uuid.UUID
) -> None:
    started = {
        tenant: ask(tenant, "select start_playbook_execution(%s)", activate(ask, tenant, CALL))
        for tenant in (mine, theirs)
    }

    claimed = worker.execute(
        "select organization_id, execution_id from pbdb.claim_playbook_steps("
        "'w', array['API_CALL'], 10)"
    ).fetchall()

    assert dict(claimed) == started
