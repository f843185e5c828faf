"""What a database has, as sorted lines: two paths to the same schema must give the same lines.

Unlike pg_dump's text it does not depend on the version of a tool, nor on the order of creation.
"""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg

# Grants as words: null means the default, and the order of the array means nothing.
_GRANTS: LiteralString = """
    (
        select coalesce(string_agg(concat_ws(
            ' ', x.grantor::regrole, coalesce(nullif(x.grantee, 0)::regrole::text, 'public'),
            x.privilege_type, x.is_grantable
        ), ', ' order by x.grantor::regrole::text, x.grantee, x.privilege_type), '')
        from aclexplode(coalesce({acl}, acldefault({kind}, {owner}))) as x
    )
"""


def _grants(acl: LiteralString, kind: LiteralString, owner: LiteralString) -> LiteralString:
    return _GRANTS.replace("{acl}", acl).replace("{kind}", kind).replace("{owner}", owner)


_RELATION: LiteralString = """case c.relkind when 'S' then 's'::"char" else 'r' end"""

_QUERIES: dict[str, LiteralString] = {
    "schema": f"""
        select n.nspname, n.nspowner::regrole, {_grants("n.nspacl", "'n'", "n.nspowner")},
            obj_description(n.oid, 'pg_namespace')
        from pg_namespace as n
        where n.nspname like 'pbdb%' and n.nspname <> 'pbdb_migrations'
    """,
    "type": f"""
        select t.oid::regtype, t.typtype, t.typowner::regrole,
            {_grants("t.typacl", "'T'", "t.typowner")}, format_type(t.typbasetype, t.typtypmod),
            obj_description(t.oid, 'pg_type'),
            (
                select string_agg(e.enumlabel, ' ' order by e.enumsortorder)
                from pg_enum as e
                where e.enumtypid = t.oid
            )
        from pg_type as t
        where t.typnamespace = 'pbdb'::regnamespace and t.typelem = 0
    """,
    "relation": f"""
        select c.oid::regclass, c.relkind, c.relowner::regrole, c.relpersistence,
            c.relrowsecurity, c.relforcerowsecurity, c.reloptions, c.relreplident,
            {_grants("c.relacl", _RELATION, "c.relowner")},
            obj_description(c.oid, 'pg_class'),
            case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end
        from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind not in ('i', 't')
    """,
    "column": """
        select a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attgenerated, a.attidentity, a.attcollation::regcollation, a.attstorage,
            a.attcompression, a.attoptions, pg_get_expr(d.adbin, d.adrelid),
            col_description(a.attrelid, a.attnum),
            (
                select string_agg(concat_ws(' ', x.grantee::regrole, x.privilege_type), ', '
                    order by x.grantee, x.privilege_type)
                from aclexplode(a.attacl) as x
            )
        from pg_attribute as a
        join pg_class as c on c.oid = a.attrelid
        left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind not in ('i', 't')
            and a.attnum > 0 and not a.attisdropped
    """,
    "constraint": """
        select k.conrelid::regclass, k.conname, k.contype, k.convalidated, k.condeferrable,
            pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint')
        from pg_constraint as k
        where k.connamespace = 'pbdb'::regnamespace
    """,
    "index": """
        select pg_get_indexdef(i.indexrelid), i.indisvalid, c.reloptions,
            obj_description(i.indexrelid, 'pg_class')
        from pg_index as i
        join pg_class as c on c.oid = i.indexrelid
        where c.relnamespace = 'pbdb'::regnamespace
    """,
    "policy": """
        select p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive,
            (select array_agg(r::regrole::text order by r::regrole::text)
                from unnest(p.polroles) as r),
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
            obj_description(p.oid, 'pg_policy')
        from pg_policy as p
        join pg_class as c on c.oid = p.polrelid
        where c.relnamespace = 'pbdb'::regnamespace
    """,
    "trigger": """
        select pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger')
        from pg_trigger as t
        join pg_class as c on c.oid = t.tgrelid
        where c.relnamespace = 'pbdb'::regnamespace and not t.tgisinternal
    """,
    "function": f"""
        select p.oid::regprocedure, p.proowner::regrole,
            case when p.prokind in ('f', 'p') then pg_get_functiondef(p.oid) end,
            {_grants("p.proacl", "'f'", "p.proowner")}, obj_description(p.oid, 'pg_proc')
        from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace
    """,
    "default grant": """
        select d.defaclrole::regrole, d.defaclnamespace::regnamespace, d.defaclobjtype,
            (select array_agg(concat_ws(' ', nullif(x.grantee, 0)::regrole, x.privilege_type)
                order by nullif(x.grantee, 0)::regrole::text, x.privilege_type) from aclexplode(d.defaclacl) as x)
        from pg_default_acl as d
    """,
    "extension": """
        select e.extname, e.extnamespace::regnamespace from pg_extension as e
    """,
}


def fingerprint(url: str) -> list[str]:
    """Return one line per object of the schema pbdb, sorted."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("set search_path = ''")
        if conn.execute("select to_regnamespace('pbdb') is null").fetchone() == (True,):
            return []
        return sorted(_lines(conn))


def _lines(conn: psycopg.Connection[Any]) -> list[str]:
    return [
        f"{kind}: " + " | ".join(str(value) for value in row)
        for kind, query in _QUERIES.items()
        for row in conn.execute(query)
    ]


def differences(one: list[str], other: list[str]) -> list[str]:
    """Return what only one of two fingerprints has; short enough to read in a test's output."""
    only_one, only_other = set(one) - set(other), set(other) - set(one)
    return sorted(
        [f"- {line[:300]}" for line in only_one] + [f"+ {line[:300]}" for line in only_other]
    )
