"""What docs/security.md tells a superuser to withdraw is gone, and everything still works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from build import Tenant, function
from docs.pages import blocks

Connection = psycopg.Connection[Any]

WITHDRAWN = [
    "select pg_advisory_lock(1)",
    "select pg_try_advisory_lock(1)",
    "select lo_creat(-1)",
    "select pg_notify('pbdb_ready', '')",
    "select pg_sleep(1)",
    "select query_to_xml('select 1', true, true, '')",
    "select * from ts_stat('select ''a''::tsvector')",
    "select * from pg_stat_activity",
    "select set_config('work_mem', '1GB', true)",
]


@pytest.fixture
def tenant(owner: Connection, app: Connection, worker: Connection, organization: UUID) -> Tenant:
    """A tenant in a database where the page's statements have been run."""
    for block in blocks("docs/security.md"):
        if block.language == "sql":
            owner.execute(block.text.encode())
    return Tenant(app, worker, organization)


def _query(text: str) -> dict[str, Any]:
    return {"name": "ask", "type": "DATABASE_QUERY", "config": {"query": text}, "max_retries": 0}


@pytest.mark.parametrize("text", WITHDRAWN)
def test_a_query_cannot_call_what_was_withdrawn(tenant: Tenant, text: str) -> None:
    tenant.apply(_query(text))
    execution = tenant.start()

    tenant.worker.execute("select pbdb.run_due_sql_steps()")

    assert tenant.result(execution)["status"] == "FAILED"
    said = tenant.result(execution)["error_message"]
    assert "permission denied" in said or "the query is refused" in said


def test_queries_see_the_rows_of_their_tenant_and_runners_are_woken(
    tenant: Tenant, owner: Connection, organization: UUID, connect: Callable[..., Connection]
) -> None:
    owner.execute(
        "insert into public.orders values (%s, 1, 10), (gen_random_uuid(), 2, 20)", (organization,)
    )
    tenant.apply(_query("select id from public.orders"), function("then"))
    listening = connect("worker_two")
    listening.execute(
        "select pbdb.register_worker('w2', array['CUSTOM_FUNCTION'], pg_backend_pid())"
    )
    listening.execute("listen pbdb_ready")
    listening.execute("select pbdb.set_worker_idle('w2', true)")
    execution = tenant.start()
    tenant.worker.execute("select pbdb.run_due_sql_steps()")

    assert {note.channel for note in listening.notifies(timeout=5, stop_after=1)} == {"pbdb_ready"}
    assert tenant.claim("CUSTOM_FUNCTION")[0]["step_name"] == "then"
    assert tenant.complete("then", 1) == "accepted"
    assert tenant.attempts(execution)[0][1] == "COMPLETED"
    assert tenant.result(execution)["status"] == "COMPLETED"
