"""No login gets out of the rights of its role."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from report import rows

Connection = psycopg.Connection[Any]

ESCAPES = [
    "set role pbdb_owner",
    "set role pbdb_query",
    "set role postgres",
    "set session authorization pbdb_owner",
    "alter table pbdb.playbooks disable row level security",
    "alter table pbdb.playbooks no force row level security",
    "create policy all_mine on pbdb.playbooks using (true)",
    "drop policy owner_may_everything on pbdb.playbooks",
    "grant pbdb_owner to current_user",
    "grant select on pbdb.query_contexts to pbdb_app",
    "create function pbdb.mine() returns int language sql as 'select 1'",
    ("create or replace function pbdb.current_organization_id() returns uuid language sql "
    "as 'select null::uuid'"),
    "alter function pbdb.current_organization_id() reset search_path",
    "create table pbdb.mine (id int)",
    ("create trigger t before insert on pbdb.playbooks for each row "
    "execute function suppress_redundant_updates_trigger()"),
    "truncate pbdb.playbooks",
    ("insert into pbdb.query_contexts "
    "values (pg_backend_pid(), pg_current_xact_id(), gen_random_uuid())"),
    "update pbdb.playbook_executions set status = 'COMPLETED'",
    "delete from pbdb.playbook_step_results",
    "update pbdb.playbook_programs set program = '{}'",
    "update pbdb.playbooks set status = 'ACTIVE'",
    "update pbdb.playbooks set definition_hash = 'x'",
    ("insert into pbdb.playbook_executions (playbook_id, organization_id) "
    "select id, organization_id from pbdb.playbooks"),
    "select pbdb._query_organization_id()",
    "copy pbdb.playbooks to program 'cat'",
    "set session_replication_role = replica",
]  # fmt: skip


REFUSED = {"42501", "42809"}


@pytest.mark.parametrize("role", ["app", "worker", "monitor", "stranger"])
def test_no_login_can_leave_its_role(connect: Callable[..., Connection], role: str) -> None:
    conn = connect(role)
    for escape in ESCAPES:
        with pytest.raises(psycopg.Error) as refused:
            conn.execute(escape.encode())
        assert refused.value.sqlstate in REFUSED, (escape, refused.value)


@pytest.mark.parametrize("role", ["app", "worker", "monitor"])
def test_no_login_can_become_another_kind(connect: Callable[..., Connection], role: str) -> None:
    conn = connect(role)
    for other in {"pbdb_app", "pbdb_worker", "pbdb_monitor"} - {f"pbdb_{role}"}:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(f"set role {other}".encode())


def test_an_application_cannot_switch_row_level_security_off(
    owner: Connection, app: Connection, organization: uuid.UUID
) -> None:
    rows.playbook(owner, organization)
    app.execute("set row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("select from pbdb.playbooks")


def test_an_application_cannot_call_what_runners_call(
    owner: Connection, connect: Callable[..., Connection]
) -> None:
    found = owner.execute(
        """
        select p.oid::regprocedure::text
        from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace
            and p.proname ~ '^(claim|heartbeat|complete|fail|release|register|unregister|roll_up)_'
            and has_function_privilege('pbdb_app', p.oid, 'EXECUTE')
        """
    ).fetchall()
    assert found == []


def test_a_temporary_table_cannot_stand_in_for_a_real_one(
    owner: Connection, app: Connection, organization: uuid.UUID
) -> None:
    """The functions name what they read in full, so the caller's search_path decides nothing."""
    playbook = rows.playbook(owner, organization)
    with app.transaction():
        app.execute("select pbdb.set_organization(%s)", (organization,))
        app.execute("create temporary table playbook_executions (id uuid) on commit drop")
        app.execute("create temporary table playbooks (id uuid) on commit drop")
        app.execute("set local search_path = pg_temp, pbdb")
        found = app.execute(
            "select total_executions from pbdb.get_playbook_execution_summary(%s)", (playbook,)
        ).fetchone()
        listed = app.execute("select * from pbdb.list_executions()").fetchall()
    assert found == (0,)
    assert listed == []
