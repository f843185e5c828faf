"""Errors planted in a scratch database: what a tenant's rows raise when they are written.

A rule names a table, an operation and an SQLSTATE, and holds for one organization's rows in the
transaction, or the session, that sets it: `rule(conn, organization, "playbook_scopes", "INSERT", "XX000")`.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

import psycopg

# A code of each class that PostgreSQL knows, of our own and of nobody's.
CODES: Final = (
    "01000", "02000", "03000", "08006", "09000", "0A000", "0B000", "0F000", "0L000", "0P000", "0Z000",
    "10608", "20000", "21000", "22008", "23505", "24000", "25P01", "26000", "27000", "28000", "2B000",
    "2D000", "2F000", "34000", "38000", "39000", "3B000", "3D000", "3F000", "40001", "40P01", "42883",
    "44000", "53100", "53200", "53400", "54000", "54001", "55P03", "57014", "57P01", "58030", "72000",
    "F0000", "HV000", "P0001", "P0004", "PB015", "PB999", "WHTIF", "XX000", "XX001",
)  # fmt: skip

# What says nothing about the step that ran: its turn is undone, and comes again.
OTHERS: Final = tuple(
    code
    for code in CODES
    if code[:2] in {"08", "40", "53", "55", "57", "58", "XX"} and code != "53400"
)

_PLANT = """
create schema planted;
grant usage on schema planted to public;
create sequence planted.raised;
grant usage on sequence planted.raised to public;
create function planted.refuse() returns trigger language plpgsql as $$
declare
    v_rule text[] := string_to_array(current_setting('planted.rule', true), ':');
    v_row record := case when tg_op = 'DELETE' then old else new end;
begin
    if v_rule[1] = tg_table_name and v_rule[2] = tg_op
        and v_row.organization_id::text = current_setting('planted.organization', true) then
        perform nextval('planted.raised');
        raise exception 'planted in % of %', tg_op, tg_table_name using errcode = v_rule[3];
    end if;
    return v_row;
end;
$$;
grant execute on function planted.refuse() to public;
"""


def plant(owner: psycopg.Connection[Any]) -> list[str]:
    """Make every table that has rows of tenants able to refuse them; gives their names."""
    owner.execute(_PLANT)
    tables = [
        str(row[0])
        for row in owner.execute(
            "select c.relname from pg_class as c inner join pg_attribute as a on a.attrelid = c.oid"
            " where c.relnamespace = 'pbdb'::regnamespace and c.relkind = 'r'"
            " and a.attname = 'organization_id' order by c.relname"
        )
    ]
    for table in tables:
        owner.execute(
            f"create trigger planted before insert or update or delete on pbdb.{table}"
            " for each row execute function planted.refuse()"
        )
    return tables


def rule(
    conn: psycopg.Connection[Any],
    organization: uuid.UUID,
    table: str,
    operation: str,
    code: str,
    *,
    is_local: bool = False,
) -> None:
    """From now on writing this organization's rows so raises."""
    conn.execute(
        "select set_config('planted.organization', %s, %s), set_config('planted.rule', %s, %s)",
        (str(organization), is_local, f"{table}:{operation}:{code}", is_local),
    )


def no_rule(conn: psycopg.Connection[Any]) -> None:
    """Nothing raises any more."""
    conn.execute("select set_config('planted.rule', '', false)")


def everywhere(
    owner: psycopg.Connection[Any], organization: uuid.UUID, table: str, operation: str, code: str
) -> None:
    """A rule for every session of the database that begins from now on."""
    database = owner.info.dbname
    owner.execute(f"alter database {database} set planted.organization = '{organization}'")
    owner.execute(f"alter database {database} set planted.rule = '{table}:{operation}:{code}'")
