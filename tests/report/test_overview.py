"""get_overview: how a tenant stands, and nothing of how others do."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg

from build import Tenant, function
from report import rows
from report.conftest import Ask

Connection = psycopg.Connection[Any]
EMPTY: dict[str, Any] = {
    "pending_executions": 0,
    "running_executions": 0,
    "paused_executions": 0,
    "waiting_answers": 0,
    "next_timeout_at": None,
    "dead_letters": 0,
    "completed_24h": 0,
    "failed_24h": 0,
    "due_steps": 0,
    "oldest_due_at": None,
    "unserved_handlers": [],
}


def overview(ask: Ask) -> dict[str, Any]:
    (row,) = ask("select * from get_overview()")
    return row


def test_a_tenant_without_anything_gets_zeros(ask: Ask, owner: Connection) -> None:
    rows.execution(owner, rows.playbook(owner, uuid.uuid4()), "FAILED")

    assert overview(ask) == EMPTY


def test_without_a_tenant_there_are_zeros_too(app: Connection, tenant: Tenant) -> None:
    tenant.apply(function("work"))
    tenant.start()

    assert app.execute("select due_steps, running_executions from get_overview()").fetchall() == [
        (0, 0)
    ]


def test_it_says_what_is_open_and_what_ended(tenant: Tenant, ask: Ask) -> None:
    wait = {"type": "WAIT_FOR_INPUT"}
    tenant.apply(
        {"name": "ask", **wait, "config": {"prompt": "?"}, "timeout_seconds": 3600}, name="asks"
    )
    tenant.apply({"name": "ask", **wait, "config": {"prompt": "?"}}, name="asks for ever")
    tenant.apply({"name": "ship", **wait, "config": {"event": "paid"}}, name="event")
    tenant.apply(function("work"))
    for name in ("asks", "asks for ever", "event"):
        tenant.start(name=name)
    tenant.start()
    tenant.claim("CUSTOM_FUNCTION:work")
    tenant.fail("work", permanent=True)
    tenant.start()
    tenant.claim("CUSTOM_FUNCTION:work")
    tenant.complete("work", 1)
    waits = ask("select times_out_at from list_inbox() order by times_out_at nulls last limit 1")

    found = overview(ask)

    assert waits[0]["times_out_at"] is not None
    assert found == {
        **EMPTY,
        "paused_executions": 3,
        "waiting_answers": 2,
        "next_timeout_at": waits[0]["times_out_at"],
        "dead_letters": len(ask("select from list_dead_letters()")),
        "completed_24h": 1,
        "failed_24h": 1,
    }


def test_what_is_due_and_served_by_nobody_is_named(
    tenant: Tenant, ask: Ask, worker: Connection
) -> None:
    """A runner of any kind is enough, by the name or by the type of the step."""
    tenant.apply(function("lonely"), name="lonely")
    tenant.apply(function("served"), name="served")
    worker.execute("select pbdb.register_worker('named', '{CUSTOM_FUNCTION:served}')")
    first = tenant.start(name="lonely")
    tenant.start(name="served")

    found = overview(ask)

    assert found["due_steps"] == found["running_executions"] == 2
    assert found["unserved_handlers"] == ["CUSTOM_FUNCTION:lonely"]
    assert found["oldest_due_at"] == tenant.one(
        "select due_at from pbdb.playbook_ready_steps where execution_id = %s", first
    )
    worker.execute("select pbdb.register_worker('typed', '{CUSTOM_FUNCTION}')")
    assert overview(ask)["unserved_handlers"] == []
    for name in ("named", "typed"):
        worker.execute("select pbdb.unregister_worker(%s)", (name,))
