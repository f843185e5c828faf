"""What the text of a DATABASE_QUERY may call: memories, events and starts, for its own tenant."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform

Connection = psycopg.Connection[Any]
CALLS = {
    "store_memory": "select pbdb.store_memory('a note') as id",
    "store_memories": "select pbdb.store_memories(array['a note', 'another']) as id",
    "emit_playbook_event": "select pbdb.emit_playbook_event('paid', '{\"order\": 7}') as woken",
    "start_playbook": "select pbdb.start_playbook('other', '{\"a\": 1}') as id",
}


def query(text: str, mode: str = "write", *params: Any, **fields: Any) -> dict[str, Any]:
    config = {"query": text, "mode": mode, "params": list(params)}
    return {"name": "q", "type": "DATABASE_QUERY", "config": config, "max_retries": 0, **fields}


@pytest.fixture
def tenant(app: Connection, worker: Connection, organization: uuid.UUID) -> Tenant:
    tenant = Tenant(app, worker, organization)
    tenant.apply(transform("done", "$input.a"), name="other")
    return tenant


def left(owner: Connection) -> dict[uuid.UUID, list[Any]]:
    """What there is by tenant: memories, events and executions besides those of the query."""
    rows = owner.execute(
        "select organization_id, content from pbdb.agent_memories "
        "union all select organization_id, event_name from pbdb.playbook_events "
        "union all select e.organization_id, p.name from pbdb.playbook_executions as e "
        "inner join pbdb.playbooks as p on p.id = e.playbook_id where p.name = 'other'"
    ).fetchall()
    found: dict[uuid.UUID, list[Any]] = {}
    for tenant, what in rows:
        found.setdefault(tenant, []).append(what)
    return found


def by_app(tenant: Tenant) -> None:
    tenant.run()


def by_runner(tenant: Tenant) -> uuid.UUID:
    """Start it, let the database run what is due, and return its id."""
    execution = tenant.start()
    assert tenant.worker.execute("select pbdb.run_due_sql_steps(10)").fetchone() is not None
    return execution


@pytest.mark.parametrize("way", [by_app, by_runner])
@pytest.mark.parametrize(
    ("text", "what"),
    list(
        zip(CALLS.values(), (["a note"], ["a note", "another"], ["paid"], ["other"]), strict=True)
    ),
    ids=CALLS,
)
def test_a_step_stores_memories_emits_and_starts(
    tenant: Tenant, owner: Connection, text: str, what: list[str], way: Any
) -> None:
    tenant.apply(query(text))

    way(tenant)

    assert left(owner) == {tenant.organization: what}
    assert tenant.rows("select status, error_message from pbdb.playbook_executions") == [
        ("COMPLETED", None)
    ] * (2 if what == ["other"] else 1)


@pytest.mark.parametrize("text", CALLS.values(), ids=CALLS)
def test_a_step_that_fails_after_it_leaves_nothing(
    tenant: Tenant, owner: Connection, text: str
) -> None:
    tenant.apply(query(text.replace(" as ", ", 1 / (random() * 0)::int as no, 1 as ")))

    assert tenant.status(by_runner(tenant)) == "FAILED"

    assert left(owner) == {}


@pytest.mark.parametrize("text", CALLS.values(), ids=CALLS)
def test_a_read_may_not(tenant: Tenant, owner: Connection, text: str) -> None:
    tenant.apply(query(text, "read"))

    by_runner(tenant)

    assert left(owner) == {}
    (message,) = tenant.rows("select error_message from pbdb.playbook_executions")
    assert "read-only" in message[0]


SETTINGS = {
    "app.current_organization_id": "{}",
    "request.jwt.claims": '{{"organization_id": "{}"}}',
}


@pytest.mark.parametrize("text", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_no_text_acts_for_another_tenant(
    tenant: Tenant, owner: Connection, text: str, setting: str
) -> None:
    """A function of the DBA's may set something, which is put back so that nobody notices."""
    owner.execute(
        "create function public.say(text, text) returns text volatile language plpgsql as "
        "$$ begin return set_config($1, $2, true); end $$"
    )
    theirs = uuid.uuid4()
    tenant.worker.execute("select set_config(%s, '', false)", (setting,))
    moved = (
        f"with a as materialized (select public.say('{setting}', "
        f"'{SETTINGS[setting].format(theirs)}')), "
        f"b as materialized ({text.partition(' as ')[0]} as x from a), "
        f"c as materialized (select public.say('{setting}', '') from b) "
        "select b.x::text from b, c"
    )
    tenant.apply(query(moved))

    execution = by_runner(tenant)

    assert tenant.status(execution) == "COMPLETED"
    assert set(left(owner)) == {tenant.organization}


def test_an_event_wakes_a_branch_beside_it(tenant: Tenant) -> None:
    wait = {"name": "w", "type": "WAIT_FOR_INPUT", "config": {"event": "paid"}}
    branches = {"asks": [wait], "says": [query(CALLS["emit_playbook_event"])]}
    tenant.apply({"name": "both", "type": "PARALLEL_EXECUTION", "branches": branches})

    assert tenant.status(by_runner(tenant)) == "COMPLETED"


def test_a_start_that_waits_for_a_runner_is_queued(tenant: Tenant) -> None:
    tenant.apply(function("work"), name="slow")
    tenant.apply(query("select pbdb.start_playbook('slow', $1::jsonb) as id", "write", {"a": 1}))

    tenant.run()

    assert [row["step_name"] for row in tenant.claim()] == ["work"]


def test_what_a_query_may_call_takes_its_tenant_from_the_engine(owner: Connection) -> None:
    """A function of the owner that read the setting would act for whom the text names."""
    asked = (
        "select p.proname::text, p.prosrc ~ 'require_organization|current_organization_id',"
        " p.prosrc ~ '_acting_organization'"
        " from pg_proc as p where p.pronamespace = 'pbdb'::regnamespace and p.prosecdef"
        " and pg_get_userbyid(p.proowner) = 'pbdb_owner' and p.proname not like '\\_%%'"
        " and has_function_privilege('pbdb_query', p.oid, 'EXECUTE')"
    )
    assert sorted(owner.execute(asked).fetchall()) == sorted((name, False, True) for name in CALLS)
    owner.execute("grant execute on function pbdb.cancel_playbook_execution to pbdb_query")
    planted = [row for row in owner.execute(asked).fetchall() if row[1:] != (False, True)]
    assert planted != []
