"""The functions of the database that the server's login may call, as the catalog describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from psycopg.rows import class_row

from pbdb.database import Connection

_FUNCTIONS: Final = """
select
    p.proname as name,
    coalesce(p.proargnames[:p.pronargs], '{}')::text[] as names,
    array(
        select pg_catalog.format_type(a.type, null)
        from unnest(p.proargtypes::oid[]) with ordinality as a (type, place)
        order by a.place
    ) as types,
    p.pronargs - p.pronargdefaults as required,
    p.proretset or p.prorettype = 'record'::regtype as returns_rows,
    p.prorettype = 'void'::regtype as returns_nothing,
    p.provolatile <> 'v' as only_reads,
    coalesce(pg_catalog.obj_description(p.oid, 'pg_proc'), '') as comment
from pg_catalog.pg_proc as p
where p.pronamespace = pg_catalog.to_regnamespace('pbdb') and p.prokind = 'f'
    and not starts_with(p.proname, '_')
    and pg_catalog.has_function_privilege(p.oid, 'execute')"""

# Who may not serve tenants, and why: each sees or does more than one tenant may.
_EXCESS: Final = """
select
    case
        when r.rolsuper then 'a superuser'
        when r.rolbypassrls then 'not bound by row level security'
        when pg_has_role(r.oid, 'pbdb_owner', 'MEMBER') then 'a member of pbdb_owner'
        when pg_has_role(r.oid, 'pbdb_monitor', 'MEMBER') then 'a member of pbdb_monitor'
        when pg_has_role(r.oid, 'pbdb_worker', 'MEMBER') then 'a member of pbdb_worker'
        when not pg_has_role(r.oid, 'pbdb_app', 'MEMBER') then 'no member of pbdb_app'
    end,
    r.rolname
from pg_catalog.pg_roles as r
where r.rolname in (current_user, session_user)
order by 1 nulls last
limit 1"""


class Refused(Exception):
    """The server does not start with this login or this database; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its arguments in order, the first `required` of them without a default."""

    name: str
    names: list[str]
    types: list[str]
    required: int
    returns_rows: bool
    returns_nothing: bool
    only_reads: bool
    comment: str

    @property
    def arguments(self) -> Mapping[str, str]:
        """The types of the arguments by name."""
        return dict(zip(self.names, self.types, strict=True))


def check_login(connection: Connection) -> None:
    """Refuse a login that may see or do more than one tenant. Raises Refused."""
    has_roles = connection.execute("select to_regrole('pbdb_app') is not null").fetchone()
    if has_roles == (False,):
        raise Refused("there is no pbdb in this database", "`pbdb migrate` installs it")
    row = connection.execute(_EXCESS).fetchone()
    if row is not None and row[0] is not None:
        raise Refused(
            f"the login {row[1]} is {row[0]}: one request could reach every tenant",
            "create role pbdb_serve login in role pbdb_app; and give --url this login",
        )


def functions(connection: Connection, needed: set[str]) -> dict[str, Function]:
    """Return the functions that the server calls. Raises Refused when one is missing."""
    with connection.cursor(row_factory=class_row(Function)) as cursor:
        found = {each.name: each for each in cursor.execute(_FUNCTIONS)}
    missing = sorted(needed - found.keys())
    if missing:
        raise Refused(
            f"the database has no function {missing[0]}: it is of another version of pbdb",
            "`pbdb migrate` brings it to this version",
        )
    return {name: found[name] for name in needed}
