"""Who did what: kept with every definition, start, answer and steering, and readable afterwards."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, as_tenant, function, transform
from pbdb.client import Client

Connection = psycopg.Connection[Any]
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "pbdb")
ASK = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?"}}


def act(
    tenant: Tenant, statement: str, *values: Any, actor: str | None = "anna@example.com"
) -> list[tuple[Any, ...]]:
    """Run one statement as somebody, in a transaction of its own."""
    with as_tenant(tenant.app, tenant.organization) as conn:
        conn.execute("select pbdb.set_actor(%s, 'req-1')", (actor,))
        return conn.execute(statement.encode(), values).fetchall()


def acts(tenant: Tenant, **filters: Any) -> list[tuple[str | None, str]]:
    """Actor and action, oldest first."""
    given = ", ".join(f"p_{name} => %({name})s" for name in filters)
    with as_tenant(tenant.app, tenant.organization) as conn:
        rows = conn.execute(
            f"select actor, action from pbdb.list_audit({given})".encode(), filters
        ).fetchall()
    return [(row[0], row[1]) for row in reversed(rows)]


@pytest.mark.parametrize(
    "subject",
    ["", "a", "anna@example.com", "auth0|5f7c8ec7c33c6c004bbafe82", "ünï→😀", "x" * 55, "x" * 56,
     "x" * 64, "x" * 119, "x" * 120, "x" * 255],
)  # fmt: skip
def test_a_subject_has_its_uuid_of_version_5(owner: Connection, subject: str) -> None:
    row = owner.execute("select pbdb.subject_id(%s)", (subject,)).fetchone()
    assert row == (uuid.uuid5(NAMESPACE, subject),)


def test_a_subject_that_is_a_uuid_stands_for_itself(owner: Connection) -> None:
    subject = uuid.uuid4()
    row = owner.execute("select pbdb.subject_id(%s)", (str(subject).upper(),)).fetchone()
    assert row == (subject,)
    assert owner.execute("select pbdb.subject_id(null)").fetchone() == (None,)


def test_an_actor_lasts_for_its_transaction(tenant: Tenant) -> None:
    assert act(tenant, "select pbdb.current_actor()") == [("anna@example.com",)]
    assert tenant.one("select pbdb.current_actor()") is None
    with pytest.raises(psycopg.Error, match="255"):
        act(tenant, "select 1", actor="x" * 256)


def test_definitions_are_kept_with_who_made_them(tenant: Tenant) -> None:
    document = {"name": "p", "steps": [transform("a", 1)]}
    other = {"name": "p", "steps": [transform("a", 2)]}
    ((first,),) = act(tenant, "select playbook_id from pbdb.apply_playbook(%s)", Jsonb(document))
    act(tenant, "select pbdb.apply_playbook(%s)", Jsonb(other), actor="ben")
    act(tenant, "select pbdb.archive_playbook(%s)", first, actor="ben")
    act(tenant, "select pbdb.define_agent('helper', p_model => 'openai:gpt-5')", actor=None)
    act(tenant, "delete from pbdb.agents returning 1", actor="ben")

    assert acts(tenant, object_id=first) == [
        ("anna@example.com", "playbook.create"),
        ("anna@example.com", "playbook.activate"),
        ("ben", "playbook.archive"),
    ]
    assert acts(tenant, action="agent") == [(None, "agent.create"), ("ben", "agent.delete")]
    row = tenant.rows("select created_by, updated_by from pbdb.playbooks where id = %s", first)
    assert row == [(uuid.uuid5(NAMESPACE, "anna@example.com"), uuid.uuid5(NAMESPACE, "ben"))]


def test_a_change_names_what_changed(tenant: Tenant) -> None:
    act(
        tenant,
        "select pbdb.import_playbook(%s)",
        Jsonb({"name": "p", "steps": [transform("a", 1)]}),
    )
    act(tenant, "update pbdb.playbooks set description = 'new', category = 'c' returning 1")
    act(tenant, "update pbdb.playbooks set updated_at = now() returning 1")
    with as_tenant(tenant.app, tenant.organization) as conn:
        row = conn.execute(
            "select object_name, request_id, login = session_user, details from pbdb.list_audit()"
            " where action = 'playbook.change'"
        ).fetchall()
    assert row == [("p", "req-1", True, {"version": 1, "changed": ["category", "description"]})]


def test_a_start_is_triggered_by_its_actor(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1))
    (name,) = tenant.rows("select name from pbdb.playbooks")
    ((execution,),) = act(tenant, "select pbdb.start_playbook(%s)", name[0])
    ((named,),) = act(
        tenant, "select pbdb.start_playbook(%s, p_triggered_by => %s)", name[0], uuid.UUID(int=7)
    )
    by = {
        row[0]: row[1]
        for row in tenant.rows("select id, triggered_by from pbdb.playbook_executions")
    }
    assert by == {execution: uuid.uuid5(NAMESPACE, "anna@example.com"), named: uuid.UUID(int=7)}


def test_steering_and_answers_are_kept(tenant: Tenant) -> None:
    tenant.apply(function("work"), ASK)
    execution = tenant.start()
    act(tenant, "select pbdb.pause_playbook_execution(%s)", execution)
    act(tenant, "select pbdb.resume_playbook_execution(%s)", execution, actor="ben")
    tenant.claim()
    tenant.complete("work", 1)
    act(tenant, "select pbdb.submit_step_input(%s, 'ask', '1')", execution)
    again = tenant.start()
    act(tenant, "select pbdb.cancel_playbook_execution(%s, 'no more')", again, actor="ben")
    act(tenant, "select pbdb.retry_playbook_execution(%s)", again)

    assert acts(tenant, object_id=execution) == [
        ("anna@example.com", "execution.pause"),
        ("ben", "execution.resume"),
        ("anna@example.com", "step.answer"),
    ]
    assert acts(tenant, object_id=again, actor="ben") == [("ben", "execution.cancel")]
    assert acts(tenant, action="execution.retry") == [("anna@example.com", "execution.retry")]
    with as_tenant(tenant.app, tenant.organization) as conn:
        kept = conn.execute(
            "select reason from pbdb.list_audit(p_action => 'execution.cancel')"
        ).fetchall()
    assert kept == [("no more",)]


def test_whoever_acts_answers_as_assignee(tenant: Tenant) -> None:
    anna = str(uuid.uuid5(NAMESPACE, "anna@example.com"))
    tenant.apply({**ASK, "config": {"prompt": "?", "assignees": [anna]}})
    execution = tenant.start()
    with pytest.raises(psycopg.Error, match="may not answer"):
        act(tenant, "select pbdb.submit_step_input(%s, 'ask', '1')", execution, actor="ben")
    act(tenant, "select pbdb.submit_step_input(%s, 'ask', '1')", execution)
    assert tenant.status(execution) == "COMPLETED"
    # What was refused was not done.
    assert acts(tenant, action="step") == [("anna@example.com", "step.answer")]


def test_what_is_undone_leaves_no_trace(tenant: Tenant) -> None:
    document = {"name": "p", "steps": [transform("a", 1)]}
    act(tenant, "select pbdb.check_playbook(%s)", Jsonb(document))
    assert acts(tenant) == []
    tenant.apply(transform("a", 1), name="p")
    before = acts(tenant)
    act(tenant, "select pbdb.what_if_playbook('p')")
    assert acts(tenant) == before


def test_a_page_follows_a_page(tenant: Tenant) -> None:
    for number in range(5):
        act(tenant, "select pbdb.define_agent(%s, p_model => 'openai:gpt-5')", f"a{number}")
    with as_tenant(tenant.app, tenant.organization) as conn:
        first = conn.execute("select audit_id, object_name from pbdb.list_audit(p_limit => 3)")
        rows = first.fetchall()
        second = conn.execute(
            "select object_name from pbdb.list_audit(p_before_id => %s, p_limit => 3)",
            (rows[-1][0],),
        ).fetchall()
    assert [row[1] for row in rows] == ["a4", "a3", "a2"]
    assert second == [("a1",), ("a0",)]


def test_an_audit_is_its_tenants_and_nobody_edits_it(tenant: Tenant, other_tenant: Tenant) -> None:
    act(tenant, "select pbdb.define_agent('helper', p_model => 'openai:gpt-5')")
    assert acts(other_tenant) == []
    assert other_tenant.rows("select * from pbdb.playbook_audit") == []
    for statement in (
        "delete from pbdb.playbook_audit",
        "update pbdb.playbook_audit set actor = 'x'",
        "insert into pbdb.playbook_audit (organization_id, login, action) values (null, 'x', 'a.b')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            act(tenant, statement)


def test_what_is_deleted_is_kept(tenant: Tenant, owner: Connection) -> None:
    memory = tenant.one("select pbdb.store_memory('a')")
    act(tenant, "select pbdb.delete_memory(%s)", memory)
    tenant.apply(transform("a", 1))
    for _ in range(3):
        tenant.start()
    prune = "select pruned from pbdb.prune_executions(now() + interval '-1 s', 2)"
    assert act(tenant, prune) == [(0,)]
    owner.execute("update pbdb.playbook_executions set completed_at = now() - interval '1 day'")
    assert act(tenant, prune) == [(2,)]

    assert acts(tenant, action="memory") == [("anna@example.com", "memory.delete")]
    assert acts(tenant, action="execution") == [("anna@example.com", "execution.prune")]
    with as_tenant(tenant.app, tenant.organization) as conn:
        row = conn.execute(
            "select object_id, details ->> 'pruned' from pbdb.list_audit(p_action => 'execution')"
        ).fetchone()
    assert row == (None, "2")


def test_a_client_says_who_acts_unless_the_transaction_did(tenant: Tenant) -> None:
    def by(client: Client) -> Any:
        client.apply_playbook({"name": "p", "steps": [transform("a", 1)]})
        started = client.start("p")
        return tenant.one(
            "select triggered_by from pbdb.playbook_executions where id = %s", started
        )

    assert by(Client(tenant.app, tenant.organization)) is None
    mine = Client(tenant.app, tenant.organization, actor="carl")
    assert by(mine) == uuid.uuid5(NAMESPACE, "carl")
    with tenant.app.transaction():
        tenant.app.execute("select pbdb.set_actor('dora')")
        assert by(Client(tenant.app, tenant.organization)) == uuid.uuid5(NAMESPACE, "dora")
