"""What the catalog of a live database says, read once."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import dict_row, tuple_row

Connection = psycopg.Connection[Any]

_SOME_UUID: Final = "'00000000-0000-0000-0000-000000000000'::uuid"


class Catalog:
    """What the catalog says, read once; names as they are when only pg_catalog is searched."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    def rows(self, query: LiteralString, *values: object) -> list[dict[str, Any]]:
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, values).fetchall()

    def value(self, query: LiteralString, *values: object) -> Any:
        with self.conn.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(query, values).fetchone()
        return None if row is None else row[0]

    @property
    def has_schema(self) -> bool:
        return bool(self.value("select to_regnamespace('pbdb') is not null"))

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        return {
            row["name"]: row
            for row in self.rows(
                """
                select c.oid, c.relname as name, c.relrowsecurity, c.relforcerowsecurity,
                    pg_get_userbyid(c.relowner) as owner,
                    obj_description(c.oid, 'pg_class') as comment
                from pg_class as c
                where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
                order by c.relname
                """
            )
        }

    @cached_property
    def columns(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {
            (row["table"], row["name"]): row
            for row in self.rows(
                """
                select c.relname as table, a.attname as name,
                    concat(
                        format_type(a.atttypid, a.atttypmod),
                        case when a.attnotnull then ' not null' end,
                        case
                            when a.attgenerated <> '' then ' generated'
                            when d.oid is not null
                                then ' default ' || pg_get_expr(d.adbin, d.adrelid)
                        end
                    ) as definition,
                    col_description(c.oid, a.attnum) as comment
                from pg_class as c
                join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
                where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p', 'v')
                order by c.relname, a.attnum
                """
            )
        }

    @cached_property
    def indexes(self) -> dict[str, dict[str, Any]]:
        return {
            row["name"]: row
            for row in self.rows(
                """
                select i.relname as name, t.relname as table,
                    x.indisvalid and x.indisready as is_valid,
                    x.indisunique as is_unique,
                    x.indpred is not null as is_partial,
                    array(
                        select pg_get_indexdef(i.oid, n, true)
                        from generate_series(1, x.indnkeyatts) as n
                    ) as columns
                from pg_index as x
                join pg_class as i on i.oid = x.indexrelid
                join pg_class as t on t.oid = x.indrelid
                where t.relnamespace = 'pbdb'::regnamespace
                """
            )
        }

    @cached_property
    def references(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in self.rows(
            """
            select t.relname as table, pg_get_constraintdef(c.oid) as definition
            from pg_constraint as c join pg_class as t on t.oid = c.conrelid
            where c.connamespace = 'pbdb'::regnamespace and c.contype = 'f' and c.convalidated
            """
        ):
            definition = row["definition"].removeprefix("FOREIGN KEY ").partition(" DEFERRABLE")[0]
            found.setdefault(row["table"], set()).add(definition)
        return found

    @cached_property
    def checks(self) -> dict[tuple[str, str], str]:
        return {
            (row["table"], row["name"]): row["state"]
            for row in self.rows(
                """
                select t.relname as table, c.conname as name,
                    case when c.convalidated then 'a valid check' else 'a check, not valid' end
                        as state
                from pg_constraint as c join pg_class as t on t.oid = c.conrelid
                where c.connamespace = 'pbdb'::regnamespace and c.contype = 'c'
                """
            )
        }

    @cached_property
    def policies(self) -> list[dict[str, Any]]:
        return self.rows(
            """
            select tablename as table, policyname as name, roles::text[] as roles, cmd, permissive,
                qual, with_check
            from pg_policies where schemaname = 'pbdb'
            """
        )

    @cached_property
    def functions(self) -> list[dict[str, Any]]:
        return self.rows(
            """
            select p.proname as name, p.oid::regprocedure::text as signature,
                pg_get_function_identity_arguments(p.oid) as arguments,
                pg_get_function_result(p.oid) as result,
                p.pronargs - p.pronargdefaults as required,
                pg_get_userbyid(p.proowner) as owner,
                p.prosecdef as is_definer,
                p.prosqlbody is not null as is_atomic,
                l.lanname as language,
                p.prorettype = 'trigger'::regtype as is_trigger,
                (
                    select split_part(s.setting, '=', 2)
                    from unnest(p.proconfig) as s (setting) where s.setting like 'search_path=%%'
                ) as search_path,
                has_function_privilege('public', p.oid, 'EXECUTE') as is_public,
                array(
                    select r.name
                    from unnest(array['pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor'])
                        as r (name)
                    where to_regrole(r.name) is not null
                        and r.name <> pg_get_userbyid(p.proowner)
                        and has_function_privilege(r.name, p.oid, 'EXECUTE')
                ) as roles,
                obj_description(p.oid, 'pg_proc') as comment
            from pg_proc as p join pg_language as l on l.oid = p.prolang
            where p.pronamespace = 'pbdb'::regnamespace and p.prokind = 'f'
            order by p.proname
            """
        )

    @cached_property
    def rights(self) -> dict[tuple[str, str], set[str]]:
        """Rights of each role on each whole table or view."""
        found: dict[tuple[str, str], set[str]] = {}
        for row in self.rows(
            """
            select c.relname as table, r.rolname as role, p.name as privilege
            from pg_class as c
            cross join pg_roles as r
            cross join unnest(array[
                'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'
            ]) as p (name)
            where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p', 'v')
                and r.rolname in ('pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
                and has_table_privilege(r.oid, c.oid, p.name)
            """
        ):
            found.setdefault((row["table"], row["role"]), set()).add(row["privilege"].lower())
        return found

    @cached_property
    def writable_columns(self) -> dict[tuple[str, str, str], set[str]]:
        """Columns that each role may insert or update, by table, role and privilege."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for row in self.rows(
            """
            select c.relname as table, r.rolname as role, p.name as privilege, a.attname as column
            from pg_class as c
            join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            cross join pg_roles as r
            cross join unnest(array['INSERT', 'UPDATE']) as p (name)
            where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
                and r.rolname in ('pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
                and has_column_privilege(r.oid, c.oid, a.attnum, p.name)
            """
        ):
            key = (row["table"], row["role"], row["privilege"].lower())
            found.setdefault(key, set()).add(row["column"])
        return found

    @cached_property
    def is_bound_by_policies(self) -> bool:
        """Whether a policy comes before every condition of this role's queries.

        For such a role the planner uses an index for leak-proof conditions only, so that its plans
        say nothing about those of the functions, which run as the owner.
        """
        return bool(
            self.value(
                "select row_security_active('pbdb.playbooks') "
                "and not pg_has_role(current_user, 'pbdb_owner', 'MEMBER')"
            )
        )

    def has_index(self, query: str) -> bool:
        """Whether the plan of a query uses an index for its condition."""
        text = f"explain (format json, costs off) {query.replace(':uuid', _SOME_UUID)}"
        with self.conn.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(text.encode()).fetchone()
        return row is not None and _has_index_condition(row[0])


def _has_index_condition(plan: Any) -> bool:
    if isinstance(plan, list):
        return any(_has_index_condition(each) for each in plan)
    return isinstance(plan, dict) and (
        "Index Cond" in plan or any(_has_index_condition(each) for each in plan.values())
    )
