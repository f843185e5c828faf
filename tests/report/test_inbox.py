"""list_inbox: what waits for whom, the oldest first, in pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg

from build import Tenant
from report import rows
from report.test_list import buffers

Connection = psycopg.Connection[Any]
Ask = Callable[..., list[dict[str, Any]]]
ANN, BOB = (str(uuid.uuid4()) for _ in range(2))


def wait(name: str, **config: Any) -> dict[str, Any]:
    return {"name": name, "type": "WAIT_FOR_INPUT", "config": config}


def steps(ask: Ask, arguments: str = "", *values: object) -> list[str]:
    return [row["step_name"] for row in ask(f"select * from list_inbox({arguments})", *values)]


def test_what_waits_is_listed_oldest_first_in_pages(tenant: Tenant, ask: Ask) -> None:
    for name in ("one", "two", "three"):
        tenant.apply(wait(name), name=name)
        tenant.start(name=name)

    found = ask("select * from list_inbox()")

    assert [row["step_name"] for row in found] == ["one", "two", "three"]
    assert steps(ask, "p_limit => 1") == ["one"]
    assert steps(ask, "p_after_id => %s, p_limit => 1", found[0]["step_result_id"]) == ["two"]
    assert steps(ask, "p_after_id => %s", found[2]["step_result_id"]) == []
    assert steps(ask, "p_playbook_name => 'two'") == ["two"]
    assert steps(ask, "p_execution_id => %s", found[2]["execution_id"]) == ["three"]


def test_a_row_is_what_the_view_says(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(
        wait("ask", prompt="Pay {{ input.n }}?", schema={"type": "object"}, assignees=[ANN])
    )
    tenant.start({"n": 7})

    (found,) = ask("select * from list_inbox()")
    (seen,) = ask("select * from playbook_inbox")

    del seen["organization_id"]
    assert found == seen
    assert (found["prompt"], found["waits_for"]) == ("Pay 7?", "answer")


def test_somebody_sees_what_they_may_answer(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(wait("for all"), name="a")
    tenant.apply(wait("for ann", assignees=[ANN]), name="b")
    tenant.apply(wait("for both", assignees=[ANN, BOB]), name="c")
    for name in "abc":
        tenant.start(name=name)

    assert steps(ask, "%s", ANN) == ["for all", "for ann", "for both"]
    assert steps(ask, "%s", BOB) == ["for all", "for both"]
    assert steps(ask, "%s", str(uuid.uuid4())) == ["for all"]


def test_events_are_shown_when_asked_for(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(wait("answer"), name="a")
    tenant.apply(wait("event", event="paid"), name="b")
    for name in "ab":
        tenant.start(name=name)

    assert steps(ask) == ["answer"]
    assert steps(ask, "p_waits_for => '{event}'") == ["event"]
    assert steps(ask, "p_waits_for => null") == ["answer", "event"]


def test_other_tenants_waits_are_not_listed(tenant: Tenant, app: Connection, ask: Ask) -> None:
    other = Tenant(app, tenant.worker, uuid.uuid4())
    other.apply(wait("theirs"))
    other.start()

    assert steps(ask) == []
    assert app.execute("select * from pbdb.list_inbox()").fetchall() == []


def waits(owner: Connection, organization: uuid.UUID, count: int) -> None:
    """Write an inbox as long as wanted."""
    playbook = rows.playbook(owner, organization, steps=1)
    execution = rows.execution(owner, playbook, "PAUSED")
    owner.execute(
        """
        with waiting as (
            insert into pbdb.playbook_step_results
                (execution_id, step_id, organization_id, status, visit, started_at)
            select %s, s.id, s.organization_id, 'RUNNING', n, now()
            from pbdb.playbook_steps as s, generate_series(1, %s) as n
            where s.playbook_id = %s
            returning id, organization_id, execution_id
        )
        insert into pbdb.playbook_ready_steps
            (result_id, organization_id, execution_id, waits_for, state, due_at, step_index)
        select id, organization_id, execution_id, 'INPUT', 'WAITING', 'infinity', 0 from waiting
        """,
        (execution, count, playbook),
    )


def test_a_page_reads_as_little_of_a_long_inbox_as_of_a_short_one(
    owner: Connection, app: Connection, as_tenant: Any
) -> None:
    short, long = uuid.uuid4(), uuid.uuid4()
    waits(owner, short, 1_000)
    waits(owner, long, 20_000)
    owner.execute("analyze pbdb.playbook_ready_steps")
    owner.execute("analyze pbdb.playbook_step_results")

    read = [
        buffers(app, as_tenant, organization, "select * from pbdb.list_inbox()")
        for organization in (short, long)
    ]

    # Read as a whole, the long one is more than 60,000 pages.
    assert read[1] - read[0] < 1500, read
