"""Activating freezes a version; applying a document makes one version of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]


@pytest.fixture
def document(step: Any) -> dict[str, Any]:
    return {"name": "p", "steps": [step("a"), step("b")]}


def open_execution(owner: Connection, playbook_id: Any) -> Any:
    """An execution that is running, written as the engine would."""
    row = owner.execute(
        """
        insert into pbdb.playbook_executions (playbook_id, organization_id, status)
        select id, organization_id, 'RUNNING' from pbdb.playbooks where id = %s returning id
        """,
        (playbook_id,),
    ).fetchone()
    assert row
    return row[0]


def finish_execution(owner: Connection, execution_id: Any) -> None:
    owner.execute(
        """
        update pbdb.playbook_executions
        set status = 'COMPLETED', completed_at = now(), finished_xid = pg_current_xact_id()
        where id = %s
        """,
        (execution_id,),
    )


def status(tenant: Any, playbook_id: Any) -> Any:
    return tenant.value("select status::text from pbdb.playbooks where id = %s", playbook_id)


def test_activating_writes_the_program_and_the_hash(tenant: Any, document: Any) -> None:
    playbook_id = tenant.imports(document)
    tenant.execute("select pbdb.activate_playbook(%s)", playbook_id)
    (row,) = tenant.rows(
        "select status::text, definition_hash, activated_at from pbdb.playbooks where id = %s",
        playbook_id,
    )
    assert row["status"] == "ACTIVE"
    assert len(row["definition_hash"]) == 64
    assert row["activated_at"] is not None
    assert tenant.program(playbook_id)["total_steps"] == 2


def test_errors_keep_a_playbook_from_being_activated(tenant: Any, step: Any, fails: Any) -> None:
    playbook_id = tenant.imports(
        {
            "name": "p",
            "steps": [step("a", input_mapping={"x": "$steps.no"}), step("b", condition="$nix")],
        }
    )
    with fails("PB010") as caught:
        tenant.execute("select pbdb.activate_playbook(%s)", playbook_id)
    assert "p version 1 has errors (2)" in caught.value.diag.message_primary
    assert caught.value.diag.message_detail.splitlines() == [
        "STEP_UNKNOWN: a input_mapping: $steps.no is no step's output",
        "VARIABLE_UNKNOWN: b condition: $nix is not a variable",
    ]
    assert str(playbook_id) in caught.value.diag.message_hint
    assert status(tenant, playbook_id) == "DRAFT"


def test_warnings_do_not(tenant: Any, step: Any) -> None:
    playbook_id = tenant.imports(
        {"name": "p", "steps": [step("a", is_final=True), step("unreachable")]}
    )
    tenant.execute("select pbdb.activate_playbook(%s)", playbook_id)
    assert status(tenant, playbook_id) == "ACTIVE"


@pytest.mark.parametrize(
    "change",
    [
        "update pbdb.playbooks set description = 'x' where id = %s",
        "update pbdb.playbooks set timeout_seconds = 5 where id = %s",
        "update pbdb.playbooks set name = 'x' where id = %s",
        "update pbdb.playbook_steps set config = '{}' where playbook_id = %s",
        "delete from pbdb.playbook_steps where playbook_id = %s",
        """insert into pbdb.playbook_steps (
            organization_id, playbook_id, step_name, step_type, step_order
        ) select pbdb.current_organization_id(), %s, 'c', 'API_CALL', 9""",
    ],
)
def test_an_active_definition_cannot_change(
    tenant: Any, document: Any, fails: Any, owner: Connection, change: str
) -> None:
    playbook_id, _, _ = tenant.applies(document)
    before = tenant.exports(playbook_id)
    with fails("PB011") as caught:
        tenant.execute(change, playbook_id)
    assert "p version 1 is ACTIVE" in str(caught.value)
    if not change.startswith("insert"):
        with fails("PB011"):
            owner.execute(change, (playbook_id,))
    assert tenant.exports(playbook_id) == before


def test_a_draft_can_change(tenant: Any, document: Any) -> None:
    playbook_id = tenant.imports(document)
    tenant.execute(
        "update pbdb.playbooks set description = 'new', updated_at = default where id = %s",
        playbook_id,
    )
    tenant.execute("delete from pbdb.playbook_steps where step_name = 'b'")
    assert tenant.exports(playbook_id)["description"] == "new"
    assert len(tenant.exports(playbook_id)["steps"]) == 1
    touched = "select updated_at > created_at from pbdb.playbooks where id = %s"
    assert tenant.value(touched, playbook_id)


def test_no_status_is_set_past_the_functions(
    tenant: Any, document: Any, owner: Connection, fails: Any
) -> None:
    playbook_id = tenant.imports(document)
    with fails("42501"):
        tenant.execute("update pbdb.playbooks set status = 'ACTIVE' where id = %s", playbook_id)
    with fails("PB008"):
        owner.execute(
            "update pbdb.playbooks set status = 'ACTIVE', definition_hash = 'x' where id = %s",
            (playbook_id,),
        )
    tenant.execute("select pbdb.activate_playbook(%s)", playbook_id)
    with fails("PB011"):
        owner.execute("update pbdb.playbooks set status = 'DRAFT' where id = %s", (playbook_id,))


def test_activation_waits_for_an_edit_that_is_under_way(
    tenant: Any, document: Any, connect: Callable[..., Connection]
) -> None:
    playbook_id = tenant.imports(document)
    editor = connect("app_two")
    with editor.transaction():
        editor.execute("select pbdb.set_organization(%s)", (tenant.organization,))
        editor.execute("delete from pbdb.playbook_steps where step_name = 'b'")
        tenant.conn.execute("set lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            tenant.execute("select pbdb.activate_playbook(%s)", playbook_id)
    tenant.conn.execute("reset lock_timeout")
    tenant.execute("select pbdb.activate_playbook(%s)", playbook_id)
    assert tenant.program(playbook_id)["total_steps"] == 1


def test_applying_again_changes_nothing(tenant: Any, document: Any, step: Any) -> None:
    first, version, changed = tenant.applies(document)
    assert (version, changed) == (1, True)
    assert tenant.applies({**document, "version": 9, "tags": []}) == (first, 1, False)
    assert tenant.value("select count(*) from pbdb.playbooks") == 1

    second, version, changed = tenant.applies({**document, "steps": [step("a")]})
    assert (version, changed) == (2, True)
    assert tenant.applies(document)[1:] == (3, True)
    assert status(tenant, second) == "ACTIVE"


def test_a_document_with_errors_is_not_applied(tenant: Any, document: Any, fails: Any) -> None:
    with fails("PB010"):
        tenant.applies({**document, "output_mapping": "$nope"})
    assert tenant.value("select count(*) from pbdb.playbooks") == 0


def test_tenants_apply_the_same_document_apart(
    tenant: Any, other_tenant: Any, document: Any
) -> None:
    mine, theirs = tenant.applies(document), other_tenant.applies(document)
    assert mine[0] != theirs[0]
    assert mine[1:] == theirs[1:] == (1, True)


def test_sessions_that_apply_the_same_document_make_one_version(
    tenant: Any, document: Any, connect: Callable[..., Connection]
) -> None:
    sessions = [connect("app") for _ in range(6)]
    start = threading.Barrier(len(sessions))
    seen: list[tuple[Any, ...]] = []

    def apply(session: Connection) -> None:
        start.wait()
        for _ in range(5):
            with session.transaction():
                session.execute("select pbdb.set_organization(%s)", (tenant.organization,))
                row = session.execute(
                    "select * from pbdb.apply_playbook(%s)", (Jsonb(document),)
                ).fetchone()
                assert row
                seen.append(row)

    threads = [threading.Thread(target=apply, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 30
    assert {row[:2] for row in seen} == {seen[0][:2]}
    assert [row[2] for row in seen].count(True) == 1
    assert tenant.value("select count(*) from pbdb.playbooks") == 1


def test_deprecating_lets_executions_go_on(
    tenant: Any, document: Any, owner: Connection, fails: Any
) -> None:
    playbook_id, _, _ = tenant.applies(document)
    execution_id = open_execution(owner, playbook_id)
    tenant.execute("select pbdb.deprecate_playbook(%s)", playbook_id)
    assert status(tenant, playbook_id) == "DEPRECATED"
    for verb in ("archive", "delete"):
        with fails("PB008") as caught:
            tenant.execute(f"select pbdb.{verb}_playbook(%s)", playbook_id)
        assert f"has 1 open executions: it cannot be {verb}d" in str(caught.value)
    finish_execution(owner, execution_id)
    tenant.execute("select pbdb.archive_playbook(%s)", playbook_id)
    assert status(tenant, playbook_id) == "ARCHIVED"
    tenant.execute("select pbdb.activate_playbook(%s)", playbook_id)
    assert status(tenant, playbook_id) == "ACTIVE"
    tenant.execute("select pbdb.delete_playbook(%s)", playbook_id)
    assert owner.execute("select count(*) from pbdb.playbook_executions").fetchone() == (0,)


def test_a_draft_is_deleted_not_retired(tenant: Any, document: Any, fails: Any) -> None:
    playbook_id = tenant.imports(document)
    for verb in ("archive", "deprecate"):
        with fails("PB008"):
            tenant.execute(f"select pbdb.{verb}_playbook(%s)", playbook_id)
    tenant.execute("select pbdb.delete_playbook(%s)", playbook_id)
    assert tenant.value("select count(*) from pbdb.playbooks") == 0


def test_an_archived_version_is_not_what_a_document_is_compared_with(
    tenant: Any, document: Any
) -> None:
    playbook_id, _, _ = tenant.applies(document)
    tenant.execute("select pbdb.archive_playbook(%s)", playbook_id)
    assert tenant.applies(document)[1:] == (2, True)
