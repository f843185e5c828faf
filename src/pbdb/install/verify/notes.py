"""What weakens the fences around a tenant without breaking a promise of pbdb.

A DBA may have reasons for any of it, and some of it nobody but a superuser can change: so these are
notes and not failed checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import dict_row

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know, whom it is about, and the statement that ends it."""

    name: str
    found: str
    fix: str

    @property
    def line(self) -> str:
        """The note as one line of the report."""
        return f"note {self.name}: {self.found}; fix: {self.fix}"


def notes(conn: Connection) -> list[Note]:
    """Look at roles and grants; empty when there is nothing to say. Changes nothing."""
    with conn.transaction(force_rollback=True), conn.cursor(row_factory=dict_row) as cursor:
        conn.execute("set local search_path = pg_catalog, pg_temp")
        installed = cursor.execute(
            "select to_regnamespace('pbdb') is not null and to_regrole('pbdb_query') is not null"
            " as is_known"
        ).fetchone()
        return list(_notes(cursor)) if installed and installed["is_known"] else []


def _notes(cursor: psycopg.Cursor[dict[str, Any]]) -> Iterator[Note]:
    for name, query, fix in _NOTES:
        rows = cursor.execute(query).fetchall()
        if rows:
            found = ", ".join(sorted({str(row["found"]) for row in rows}))
            yield Note(name, found, fix.format(database=rows[0].get("database", "")))


_NOTES: Final[list[tuple[str, LiteralString, str]]] = [
    (
        "everybody may make temporary objects, which are looked up by name in their session",
        """
        select 'public' as found, quote_ident(current_database()) as database
        where has_database_privilege('public', current_database(), 'TEMPORARY')
        """,
        "revoke temporary on database {database} from public",
    ),
    (
        "everybody may create in schema public, where the texts of queries find their names",
        """
        select 'public' as found
        where to_regnamespace('public') is not null
            and has_schema_privilege('public', 'public', 'CREATE')
        """,
        "revoke create on schema public from public",
    ),
    (
        (
            "a login of several groups sees and does what any of them may: "
            "every tenant's rows where none is set"
        ),
        """
        select concat(l.rolname, ' is of ', string_agg(g.rolname, ' and ' order by g.rolname))
            as found
        from pg_roles as l
        join pg_roles as g on g.rolname in (
            'pbdb_app', 'pbdb_worker', 'pbdb_monitor', 'pbdb_owner', 'pbdb_query'
        ) and pg_has_role(l.oid, g.oid, 'MEMBER')
        where l.rolcanlogin and not l.rolsuper
        group by l.rolname
        having count(*) > 1
            and not array_agg(g.rolname::text) <@ array['pbdb_owner', 'pbdb_query']
        """,
        "give each kind of work a login of its own, and revoke the other group",
    ),
    (
        "row level security does not bind a login that applications use",
        """
        select l.rolname as found from pg_roles as l
        where l.rolcanlogin and l.rolbypassrls and not l.rolsuper
            and pg_has_role(l.oid, to_regrole('pbdb_app'), 'MEMBER')
        """,
        "alter role … nobypassrls",
    ),
    (
        "queries may use tables that no policy guards: every tenant's rows are everybody's there",
        """
        select c.oid::regclass::text as found
        from pg_class as c
        where c.relkind in ('r', 'p', 'f', 'm') and not c.relrowsecurity
            and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
            and c.relpersistence <> 't'
            and (
                has_table_privilege('pbdb_query', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
                or has_any_column_privilege('pbdb_query', c.oid, 'SELECT, INSERT, UPDATE')
            )
        """,
        "alter table … enable row level security, with a policy to pbdb_query",
    ),
    (
        "queries may call functions that run as their owner",
        """
        select p.oid::regprocedure::text as found
        from pg_proc as p
        where p.prosecdef and has_function_privilege('pbdb_query', p.oid, 'EXECUTE')
            and p.pronamespace not in ('pg_catalog'::regnamespace, 'pbdb'::regnamespace)
        """,
        "revoke execute on function … from public",
    ),
]
