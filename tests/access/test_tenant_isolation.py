"""No tenant sees, changes or recognises anything of another: as login roles, table by table."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from access import matrix
from report import rows

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]
Tenants = tuple[uuid.UUID, uuid.UUID]

TENANT_TABLES = sorted(set(matrix.TABLES) - matrix.NOT_OF_A_TENANT)
WRITABLE = sorted(table for table, row in matrix.TABLES.items() if "i" in row[0].lower())

# Values for columns whose checks want something in particular; the others go by type.
SPECIAL = {
    ("playbook_audit", "action"): "'a.b'",
    ("prompt_templates", "template"): "'\"hello\"'",
    ("playbook_triggers", "kind"): "'schedule'",
    ("playbook_triggers", "schedule"): "'0 9 * * *'",
    ("playbook_ready_steps", "state"): "'READY'",
    ("playbook_ready_steps", "handler"): "'CUSTOM_FUNCTION:work'",
    ("playbook_setbacks", "place"): "'sweep'",
    ("playbook_steps", "step_type"): "'DATA_TRANSFORM'",
}
BY_TYPE = {
    "uuid": "gen_random_uuid()",
    "int4": "1",
    "int8": "1",
    "bool": "true",
    "numeric": "1",
    "vector": "'[1]'",
    "text": "gen_random_uuid()::text",
    "varchar": "gen_random_uuid()::text",
    "jsonb": "'{}'",
    "timestamptz": "now()",
    "xid8": "'1'",
    "int2": "1",
    "playbook_execution_status": "'COMPLETED'",
    "_uuid": "'{}'",
    "bytea": "'x'",
}


def insert_row(conn: Connection, table: str, organization: uuid.UUID) -> None:
    """Insert one row that satisfies the checks of a table; foreign keys are not looked at."""
    columns = conn.execute(
        """
        select a.attname, t.typname
        from pg_attribute as a join pg_type as t on a.atttypid = t.oid
        where a.attrelid = %s::regclass and a.attnum > 0 and a.attgenerated = ''
            and (a.attnotnull and not a.atthasdef or a.attname = any(%s))
        order by a.attnum
        """,
        (f"pbdb.{table}", [column for name, column in SPECIAL if name == table]),
    ).fetchall()
    values = [
        f"'{organization}'"
        if name == "organization_id"
        else SPECIAL.get((table, name)) or BY_TYPE[kind]
        for name, kind in columns
    ]
    with conn.transaction():
        conn.execute("set local session_replication_role = replica")
        names = ", ".join(name for name, _ in columns)
        conn.execute(f"insert into pbdb.{table} ({names}) values ({', '.join(values)})".encode())


@pytest.fixture
def tenants(owner: Connection) -> Tenants:
    """Two tenants with a row in every table."""
    both = (uuid.uuid4(), uuid.uuid4())
    for organization in both:
        for table in TENANT_TABLES:
            insert_row(owner, table, organization)
    return both


def seen(conn: Connection, table: str) -> list[uuid.UUID]:
    query = sql.SQL("select organization_id from {}").format(sql.Identifier("pbdb", table))
    return [row[0] for row in conn.execute(query).fetchall()]


def test_an_application_sees_its_own_rows_in_every_table_and_no_others(
    app: Connection, tenants: Tenants, as_tenant: AsTenant
) -> None:
    for organization in tenants:
        with as_tenant(app, organization):
            assert {table: seen(app, table) for table in TENANT_TABLES} == {
                table: [organization] for table in TENANT_TABLES
            }


def test_without_a_tenant_an_application_sees_nothing_and_gets_no_error(
    app: Connection, tenants: Tenants
) -> None:
    assert {table: seen(app, table) for table in TENANT_TABLES} == {
        table: [] for table in TENANT_TABLES
    }
    with app.transaction():
        app.execute("select set_config('app.current_organization_id', '', true)")
        assert seen(app, "playbooks") == []


def test_the_monitor_sees_the_rows_of_every_tenant_and_may_write_none(
    monitor: Connection, tenants: Tenants
) -> None:
    for table in TENANT_TABLES:
        assert set(seen(monitor, table)) == set(tenants), table
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            monitor.execute(f"delete from pbdb.{table}".encode())


@pytest.mark.parametrize("role", ["worker", "stranger"])
def test_a_runner_and_a_stranger_read_no_table(
    connect: Callable[..., Connection], role: str
) -> None:
    conn = connect(role)
    for table, (_, of_worker, _, _) in matrix.TABLES.items():
        if role == "worker" and of_worker:
            continue
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(f"select from pbdb.{table}".encode())


def test_writing_for_another_tenant_is_refused(
    app: Connection, tenants: Tenants, as_tenant: AsTenant
) -> None:
    mine, theirs = tenants
    written = {
        "playbooks": "(organization_id, name) values (%s, 'x')",
        "playbook_steps": (
            "(organization_id, playbook_id, step_name, step_type, step_order) "
            "values (%s, gen_random_uuid(), 'x', 'DATA_TRANSFORM', 1)"
        ),
        "agents": "(organization_id, name, model) values (%s, 'x', 'x')",
        "prompt_templates": "(organization_id, name, template) values (%s, 'x', '\"x\"')",
        "playbook_triggers": (
            "(organization_id, name, playbook_name, kind, schedule) "
            "values (%s, 'x', 'x', 'schedule', '* * * * *')"
        ),
    }
    assert sorted(written) == WRITABLE
    for table, columns in written.items():
        insert = f"insert into pbdb.{table} {columns}".encode()
        # A step is refused earlier, because nobody of this tenant can see its playbook.
        state = "PB004" if table == "playbook_steps" else "42501"
        with pytest.raises(psycopg.Error) as refused, as_tenant(app, mine):
            app.execute(insert, (theirs,))
        assert refused.value.sqlstate == state
        with pytest.raises(psycopg.Error) as refused:
            app.execute(insert, (mine,))
        assert refused.value.sqlstate == state


def test_rows_of_another_tenant_can_be_neither_deleted_nor_locked_nor_moved(
    owner: Connection, app: Connection, tenants: Tenants, as_tenant: AsTenant
) -> None:
    mine, theirs = tenants
    for table in WRITABLE:
        with as_tenant(app, mine):
            for text in ("select from {} where {} for update", "delete from {} where {}"):
                query = text.format(f"pbdb.{table}", "organization_id = %s")
                assert app.execute(query.encode(), (theirs,)).rowcount == 0
        assert theirs in seen(owner, table)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), as_tenant(app, mine):
            app.execute(f"update pbdb.{table} set organization_id = %s".encode(), (theirs,))


@pytest.mark.parametrize("status", ["DRAFT", "ACTIVE"])
def test_a_step_cannot_be_put_into_a_playbook_of_another_tenant(
    owner: Connection, app: Connection, as_tenant: AsTenant, status: str
) -> None:
    """Keys and triggers look at no policy: none may tell a foreign playbook from an unknown one."""
    mine, theirs = uuid.uuid4(), uuid.uuid4()
    foreign = rows.playbook(owner, theirs, "their secret", status=status, steps=1)
    insert = (
        "insert into pbdb.playbook_steps "
        "(organization_id, playbook_id, step_name, step_type, step_order) "
        "values (%s, %s, 'step_1', 'DATA_TRANSFORM', 1)"
    )
    for organization in (mine, theirs):
        refusals = []
        for playbook in (foreign, uuid.uuid4()):
            with pytest.raises(psycopg.Error) as refused, as_tenant(app, mine):
                app.execute(insert, (organization, playbook))
            refusals.append(neutral(refused.value))
        assert refusals[0] == refusals[1]
        assert refusals[0][0] == "PB004"


def neutral(error: psycopg.Error) -> tuple[object, ...]:
    """What an error says, without the ids in it."""
    ids = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    texts = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
    return (error.sqlstate, *(ids.sub("<id>", text or "") for text in texts))


# Ids of things that belong to a tenant, as the parameters of functions name them.
FOREIGN = ("p_playbook_id", "p_execution_id", "p_agent_id", "p_step_result_id", "p_memory_id")


def functions_of(conn: Connection, role: str) -> list[tuple[str, list[str], list[str]]]:
    """Return name, input names and input types of the functions that a role may call."""
    return [
        (name, names, types)
        for name, names, types in conn.execute(
            """
            select
                p.oid::regproc::text,
                coalesce(p.proargnames[1:p.pronargs], '{}'),
                array(
                    select format_type(t.oid, null)
                    from unnest(p.proargtypes) with ordinality as t (oid, position)
                    order by t.position
                )
            from pg_proc as p
            where p.pronamespace = 'pbdb'::regnamespace and p.prokind = 'f'
                and has_function_privilege(%s, p.oid, 'EXECUTE')
            order by 1
            """,
            (role,),
        ).fetchall()
    ]


def test_a_foreign_id_and_a_random_id_are_the_same_to_every_function(
    owner: Connection, app: Connection, as_tenant: AsTenant
) -> None:
    """Called by name with nothing but the id, and a plausible value for what has no default."""
    mine, theirs = uuid.uuid4(), uuid.uuid4()
    agent = uuid.uuid4()
    playbook = rows.playbook(owner, theirs, agent=agent, steps=1)
    execution = rows.execution(owner, playbook, "RUNNING")
    ids = {"p_playbook_id": playbook, "p_execution_id": execution, "p_agent_id": agent}
    plausible = {
        "uuid": uuid.uuid4(), "text": "step_1", "jsonb": "{}", "integer": 1, "boolean": True,
        "jsonb[]": ["{}"], "text[]": ["x"], "uuid[]": [uuid.uuid4()], "real[]": [0.5],
        "double precision": 0.5,
    }  # fmt: skip
    tried = 0
    for function, names, types in functions_of(owner, "pbdb_app"):
        for position, name in enumerate(names):
            if name not in FOREIGN:
                continue
            outcomes = []
            for value in (ids.get(name, execution), uuid.uuid4()):
                arguments = [
                    plausible.get(kind) if index != position else value
                    for index, kind in enumerate(types)
                ]
                casts = ", ".join(f"%s::{kind}" for kind in types)
                try:
                    with as_tenant(app, mine):
                        found = app.execute(
                            f"select * from {function}({casts})".encode(), arguments
                        )
                        outcomes.append(repr(found.fetchall()))
                except psycopg.Error as error:
                    outcomes.append(repr(neutral(error)))
            assert outcomes[0] == outcomes[1], f"{function}({name})"
            tried += 1
    assert tried >= 6


def test_ids_of_tables_are_not_guessable_from_the_organization(owner: Connection) -> None:
    """UUIDs everywhere: no sequence tells one tenant how busy the others are."""
    found = owner.execute(
        "select relname from pg_class where relnamespace = 'pbdb'::regnamespace and relkind = 'S'"
    ).fetchall()
    assert found == []
