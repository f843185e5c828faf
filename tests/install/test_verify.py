"""`verify` passes on what the migrations build, and finds each kind of fault, and only that."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from pbdb.install import verify
from server import Database

Connection = psycopg.Connection[Any]

# What somebody does to the database, and the start of the name of each check that must fail.
FAULTS: list[tuple[str, list[str]]] = [
    ("alter role pbdb_worker bypassrls", ["role pbdb_worker is a group"]),
    ("alter role pbdb_app login", ["role pbdb_app is a group"]),
    ("alter schema pbdb owner to postgres", ["schema pbdb belongs to pbdb_owner"]),
    ("grant create on schema pbdb to pbdb_app", ["nobody may create in schema pbdb"]),
    (
        "alter type pbdb.step_result_status add value 'LOST' before 'FAILED'",
        ["enum step_result_status has its values in order"],
    ),
    (
        "alter type pbdb.playbook_status rename value 'ARCHIVED' to 'OLD'",
        ["enum playbook_status has its values in order"],
    ),
    (
        "alter table pbdb.playbook_steps alter column timeout_seconds set default 300",
        ["column playbook_steps.timeout_seconds is integer"],
    ),
    (
        "alter table pbdb.playbooks alter column metadata drop not null",
        ["column playbooks.metadata is jsonb not null"],
    ),
    (
        "alter table pbdb.playbook_executions rename column error_stack to stack",
        ["column playbook_executions.error_stack is text"],
    ),
    (
        "alter table pbdb.playbook_steps drop constraint step_name_is_unique_in_a_playbook",
        ["playbook_steps (organization_id, playbook_id, step_name) is unique"],
    ),
    (
        """
        alter table pbdb.playbook_step_results
            drop constraint result_is_of_a_step_of_its_organization;
        alter table pbdb.playbook_step_results
            add constraint result_is_of_a_step_of_its_organization
            foreign key (organization_id, step_id)
            references pbdb.playbook_steps (organization_id, id)
        """,
        ["playbook_step_results (organization_id, step_id) REFERENCES"],
    ),
    (
        "alter table pbdb.agents no force row level security",
        ["row level security of agents is forced", "every table has row level security"],
    ),
    (
        "alter table pbdb.workers disable row level security",
        ["row level security of workers is enabled", "every table has row level security"],
    ),
    (
        "create policy everybody on pbdb.playbooks for select to pbdb_app using (true)",
        ["policies let pbdb_app at rows of playbooks: its tenant's"],
    ),
    (
        "drop policy app_may_read_its_organization on pbdb.playbook_executions",
        ["policies let pbdb_app at rows of playbook_executions"],
    ),
    (
        "alter policy app_may_all_of_its_organization on pbdb.agents with check (true)",
        ["policies let pbdb_app at rows of agents"],
    ),
    (
        "drop policy owner_may_everything on pbdb.playbook_joins",
        ["policies let pbdb_owner at rows of playbook_joins"],
    ),
    (
        "create policy anybody on pbdb.workers for select using (true)",
        ["policies let pbdb_app at rows of workers: none", "every policy is for a named role"],
    ),
    (
        "grant update on pbdb.playbook_executions to pbdb_app",
        ["pbdb_app may select on playbook_executions", "pbdb_app may update the columns"],
    ),
    ("grant select on pbdb.playbooks to pbdb_worker", ["pbdb_worker may none on playbooks"]),
    (
        "grant update (status) on pbdb.playbooks to pbdb_app",
        ["pbdb_app may update the columns of playbooks but"],
    ),
    (
        "grant truncate on pbdb.playbook_usage to pbdb_monitor",
        ["pbdb_monitor may select on playbook_usage", "no role may truncate"],
    ),
    (
        "revoke select on pbdb.playbook_usage from pbdb_monitor",
        ["pbdb_monitor may select on playbook_usage"],
    ),
    (
        "drop policy monitor_may_read_all on pbdb.playbook_usage",
        ["policies let pbdb_monitor at rows of playbook_usage"],
    ),
    (
        "alter table pbdb.playbook_executions drop constraint execution_source_is_known",
        ["playbook_executions: execution_source_is_known"],
    ),
    (
        "drop index pbdb.idx_playbooks_tags",
        ["index idx_playbooks_tags is on playbooks", "an index serves: select"],
    ),
    (
        """
        drop index pbdb.idx_playbooks_category;
        create index idx_playbooks_category on pbdb.playbooks (category)
        """,
        ["index idx_playbooks_category is on playbooks"],
    ),
    (
        "drop function pbdb.list_executions",
        ["functions are as this", "rights are as this"],
    ),
    (
        """
        alter function pbdb.get_execution_result(uuid) rename to get_execution_outcome;
        """,
        ["functions are as this", "rights are as this"],
    ),
    (
        """
        drop function pbdb.get_execution_result(uuid);
        create function pbdb.get_execution_result(p_execution_id uuid)
        returns table (execution_id uuid) language sql begin atomic select p_execution_id; end;
        alter function pbdb.get_execution_result(uuid) owner to pbdb_owner;
        comment on function pbdb.get_execution_result(uuid) is 'Less.';
        revoke execute on function pbdb.get_execution_result(uuid) from public;
        grant execute on function pbdb.get_execution_result(uuid) to pbdb_app, pbdb_monitor
        """,
        ["functions are as this"],
    ),
    (
        "grant execute on function pbdb.sweep to pbdb_app",
        ["rights are as this"],
    ),
    (
        "grant execute on function pbdb._unroll_execution to public",
        ["the public may execute no function", "no private helper is granted"],
    ),
    (
        "alter function pbdb._unroll_execution owner to postgres",
        ["every function belongs to pbdb_owner"],
    ),
    (
        "alter function pbdb._query_as_tenant owner to postgres",
        ["function _query_as_tenant belongs to pbdb_query"],
    ),
    (
        "alter function pbdb._query_as_tenant owner to pbdb_owner",
        ["function _query_as_tenant belongs to pbdb_query"],
    ),
    (
        "alter function pbdb._explain_as_tenant owner to postgres",
        ["function _explain_as_tenant belongs to pbdb_query"],
    ),
    (
        (
            "grant create on schema pbdb to pbdb_query;"
            " alter function pbdb.sweep owner to pbdb_query;"
            " revoke create on schema pbdb from pbdb_query"
        ),
        ["every function belongs to pbdb_owner"],
    ),
    (
        # Parsed when it was made: it has no text to compare.
        (
            "create or replace function pbdb._aborts_the_turn(p_sqlstate text) returns boolean"
            " language sql immutable parallel safe return false"
        ),
        [],
    ),
    (
        """
        create or replace function pbdb.sweep_things() returns void language sql as 'select';
        drop function pbdb.sweep_things();
        create or replace function pbdb._check_same_length(p_ids uuid[], p_others anyarray)
        returns void language plpgsql immutable set search_path = pg_catalog, pg_temp
        as 'begin end'
        """,
        ["functions are as this"],
    ),
    (
        "alter function pbdb._settle_attempts set enable_seqscan = on",
        ["functions are as this"],
    ),
    (
        "grant execute on function pbdb.get_execution(uuid) to pbdb_worker",
        ["rights are as this"],
    ),
    (
        "alter table pbdb.playbook_joins alter column total set default 1",
        ["columns are as this"],
    ),
    ("create index theirs on pbdb.playbook_usage (model)", []),
    ("alter view pbdb.playbook_inbox owner to postgres", ["every view and type belongs to"]),
    ("alter type pbdb.playbook_status owner to postgres", ["every view and type belongs to"]),
    (
        "create role other_group nologin; grant other_group to pbdb_query",
        ["no group but pbdb_owner is a member of another role"],
    ),
    *(
        (statement, ["every function searches pg_catalog and then pg_temp"])
        for statement in (
            "alter function pbdb._unroll_deleted_executions() set search_path = public",
            "alter function pbdb.set_organization(uuid) reset search_path",
            "alter function pbdb._check_query(text, text) set search_path = ''",
            "alter function pbdb.fsck() set search_path = ''",
            "alter function pbdb.fsck() set search_path = pg_temp, pg_catalog",
            "alter function pbdb.fsck() set search_path = pg_catalog, public, pg_temp",
            "alter function pbdb._query_as_tenant set search_path = pg_temp, public",
        )
    ),
    (
        "alter view pbdb.playbook_inbox reset (security_invoker)",
        ["view playbook_inbox runs with the rights of its reader"],
    ),
    (
        "grant select on pbdb.playbook_inbox to pbdb_worker",
        ["view playbook_inbox may be read by"],
    ),
    (
        "alter table pbdb.playbook_steps disable trigger step_is_frozen",
        ["triggers are as this"],
    ),
    ("alter table pbdb.agents owner to postgres", ["every table belongs to pbdb_owner"]),
    (
        "drop index pbdb.playbook_usage_execution_idx",
        ["indexes are as this", "every foreign key has an index"],
    ),
    (
        "comment on column pbdb.playbooks.name is null",
        ["every table, column, type and function has a comment"],
    ),
    (
        "comment on type pbdb.playbook_status is null",
        ["every table, column, type and function has a comment"],
    ),
    (
        "alter default privileges for role pbdb_owner grant execute on functions to public",
        ["functions that pbdb_owner creates are not for the public"],
    ),
]


def failed(checks: list[verify.Check]) -> list[str]:
    return [check.name for check in checks if not check.is_ok]


def test_a_migrated_database_passes_every_check(owner: Connection) -> None:
    checks = verify.verify(owner)

    assert [check.line for check in checks if not check.is_ok] == []
    assert len(checks) > 300
    assert verify.report(checks).endswith(f"{len(checks)}/{len(checks)} checks passed")


def test_each_kind_of_fault_fails_its_check_and_no_other(owner: Connection) -> None:
    superuser = owner.execute("select current_user").fetchone()
    assert superuser is not None
    for fault, names in FAULTS:
        with owner.transaction(force_rollback=True):
            # The stranger's turn: postgres stands for any role that is not pbdb_owner.
            owner.execute(fault.replace("postgres", f'"{superuser[0]}"').encode())
            found = failed(verify.verify(owner))
        assert len(found) == len(names), (fault, found)
        for name in names:
            assert any(each.startswith(name) for each in found), (fault, found)


def test_a_failed_check_says_what_was_expected_what_was_found_and_what_to_do(
    owner: Connection,
) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute("alter table pbdb.playbooks alter column version set default 7")
        (check,) = [each for each in verify.verify(owner) if not each.is_ok]

    assert check.line == (
        "FAIL column playbooks.version is integer not null default 1: "
        "expected integer not null default 1; found integer not null default 7; "
        "fix: alter table pbdb.playbooks … (pbdb migrate, if a migration is missing)"
    )


def test_a_missing_extension_and_an_old_server_are_found(owner: Connection) -> None:
    expected = copy.deepcopy(verify.specification())
    expected["server"] = {"minimum": 990000, "extensions": ["vector", "no_such_extension"]}

    assert failed(verify.verify(owner, expected)) == [
        "the server is PostgreSQL 99 or later",
        "extension no_such_extension is installed",
    ]


def test_a_missing_table_is_one_failure_and_not_one_a_column(owner: Connection) -> None:
    expected = copy.deepcopy(verify.specification())
    expected["tables"] = {"playbook_dreams": expected["tables"]["playbooks"]}

    assert failed(verify.verify(owner, expected)) == ["table playbook_dreams exists"]


def test_a_database_without_pbdb_is_one_failure(empty_database: Database) -> None:
    with empty_database.connect("owner") as conn:
        assert failed(verify.verify(conn)) == ["schema pbdb exists"]


def test_the_monitor_may_verify(monitor: Connection) -> None:
    assert failed(verify.verify(monitor)) == []


def test_verifying_changes_nothing(owner: Connection) -> None:
    with owner.transaction():
        verify.verify(owner)
        row = owner.execute(
            "select pg_current_xact_id_if_assigned(), current_setting('enable_seqscan')"
        ).fetchone()
    assert row == (None, "on")


def test_as_a_program_it_prints_the_checks_and_returns_1_when_one_failed(
    database: Database, connect: Callable[..., Connection], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main([database.url("owner")]) == 0
    assert "checks passed" in capsys.readouterr().out

    connect("owner").execute("drop index pbdb.idx_playbooks_tags")

    assert verify.main([database.url("owner")]) == 1
    assert "FAIL index idx_playbooks_tags" in capsys.readouterr().out
