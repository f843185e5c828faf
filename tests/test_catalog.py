"""The style guide as questions to the catalog: each names the objects that break a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
import pytest

from pbdb.install.files import load_order
from server import Server, fresh_database

# One per database rather than per tenant; what a tenant may see of them their policies say.
SHARED_TABLES = {
    "embedding_models": "which models a deployment knows, and how long their vectors are",
    "workers": "runners serve every tenant",
    "playbook_event_horizon": "transaction ids are of the database",
    "query_contexts": "of a backend while it runs one query; looked up by it, before any tenant is",
}
SHARED = ", ".join(f"'{name}'" for name in SHARED_TABLES)
# Where the specification says that id is the primary key.
SPECIFIED = "'playbooks', 'playbook_steps', 'playbook_executions', 'playbook_step_results'"

RULES: dict[str, LiteralString] = {
    "every function has a comment": """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace and obj_description(p.oid, 'pg_proc') is null
    """,
    "every table and view has a comment": """
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
            and obj_description(c.oid, 'pg_class') is null
    """,
    "every column and every attribute of a composite type has a comment": """
        select c.oid::regclass || '.' || a.attname
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'c')
            and col_description(c.oid, a.attnum) is null
    """,
    "every type has a comment": """
        select t.oid::regtype::text from pg_type as t
        left join pg_class as c on c.oid = t.typrelid
        where t.typnamespace = 'pbdb'::regnamespace
            and (t.typtype in ('e', 'd') or c.relkind = 'c')
            and obj_description(t.oid, 'pg_type') is null
    """,
    # '' would not do: types and relations are looked up in pg_temp first, unless it is named.
    "a function searches pg_catalog and then pg_temp, or was parsed when it was made": """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace and p.prosqlbody is null
            and 'search_path=pg_catalog, pg_temp' <> all (coalesce(p.proconfig, '{}'))
            -- A tenant's query may name tables of public; what else it could find it may see anyway.
            and not (
                p.proname in ('_query_as_tenant', '_explain_as_tenant')
                and 'search_path=public, pg_temp' = any (p.proconfig)
            )
    """,
    "nobody may execute anything only for being somebody": """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace
            and has_function_privilege('public', p.oid, 'execute')
    """,
    "private functions are granted to nobody": """
        select p.oid::regprocedure || ' to ' || x.grantee::regrole
        from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as x
        where p.pronamespace = 'pbdb'::regnamespace and left(p.proname, 1) = '_'
            and x.grantee not in ('pbdb_owner'::regrole, 'pbdb_query'::regrole)
    """,
    "public parameters are called p_something": """
        select p.oid::regprocedure || ' ' || a.name
        from pg_proc as p, unnest(p.proargnames, p.proargmodes) as a (name, mode)
        where p.pronamespace = 'pbdb'::regnamespace
            and coalesce(a.mode, 'i') in ('i', 'b', 'v') and a.name !~ '^p_'
    """,
    "everything belongs to pbdb_owner, and what runs tenants' queries to pbdb_query": """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace
            and p.proowner <> case
                when p.proname in ('_query_as_tenant', '_explain_as_tenant') then 'pbdb_query'
                else 'pbdb_owner'
            end::regrole
        union all
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relowner <> 'pbdb_owner'::regrole
        union all
        select t.oid::regtype::text from pg_type as t
        where t.typnamespace = 'pbdb'::regnamespace and t.typowner <> 'pbdb_owner'::regrole
    """,
    # A tenant's query can take any advisory lock, and pg_locks shows which are taken.
    "no function relies on an advisory lock": """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace and p.prokind = 'f'
            and pg_get_functiondef(p.oid) ~ 'pg_(try_)?advisory_\\w*lock\\w*\\('
    """,
    "nothing is leakproof": """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace and p.proleakproof
    """,
    "every table has row level security, enabled and forced": """
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
            and not (c.relrowsecurity and c.relforcerowsecurity)
    """,
    "every table has a policy": """
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
            and not exists (select from pg_policy as p where p.polrelid = c.oid)
    """,
    "every policy names its roles": """
        select p.polname || ' on ' || p.polrelid::regclass from pg_policy as p
        join pg_class as c on c.oid = p.polrelid
        where c.relnamespace = 'pbdb'::regnamespace and 0 = any(p.polroles)
    """,
    "a policy that lets applications write says what they may write": """
        select p.polname || ' on ' || p.polrelid::regclass from pg_policy as p
        join pg_class as c on c.oid = p.polrelid
        where c.relnamespace = 'pbdb'::regnamespace
            and p.polcmd in ('*', 'w') and p.polwithcheck is null
    """,
    "a policy asks for the tenant once a statement, not once a row": """
        select p.polname || ' on ' || p.polrelid::regclass from pg_policy as p
        join pg_class as c on c.oid = p.polrelid
        where c.relnamespace = 'pbdb'::regnamespace
            and regexp_replace(
                concat(
                    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
                ), 'SELECT (pbdb\\.)?current_organization_id\\(\\)', '', 'g'
            ) ~ 'current_organization_id\\('
    """,
    "every table of a tenant has organization_id not null": f"""
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
            and c.relname not in ({SHARED})
            and not exists (
                select from pg_attribute as a
                where a.attrelid = c.oid and a.attname = 'organization_id' and a.attnotnull
                    and a.atttypid = 'uuid'::regtype
            )
    """,
    "a foreign key between tenants' tables cannot lead to another tenant": """
        select k.conrelid::regclass || ' ' || k.conname
        from pg_constraint as k
        join pg_attribute as a
            on a.attrelid = k.conrelid and a.attname = 'organization_id'
        join pg_attribute as b
            on b.attrelid = k.confrelid and b.attname = 'organization_id'
        where k.contype = 'f' and k.connamespace = 'pbdb'::regnamespace
            and not (a.attnum = any(k.conkey) and b.attnum = any(k.confkey))
    """,
    "the tenant leads every key, save a primary key that the specification says is id": f"""
        select k.conrelid::regclass || ' ' || k.conname
        from pg_constraint as k
        join pg_class as c on c.oid = k.conrelid
        join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        where k.connamespace = 'pbdb'::regnamespace and c.relname not in ({SHARED})
            and k.contype = 'f' and a.attname <> 'organization_id'
            -- To a table that has no tenant.
            and k.confrelid not in (
                select s.oid from pg_class as s
                where s.relnamespace = 'pbdb'::regnamespace and s.relname in ({SHARED})
            )
        union all
        select i.indexrelid::regclass::text
        from pg_index as i
        join pg_class as c on c.oid = i.indrelid
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where c.relnamespace = 'pbdb'::regnamespace and c.relname not in ({SHARED})
            and i.indisunique and a.attname <> 'organization_id'
            and not (c.relname in ({SPECIFIED}) and i.indisprimary and a.attname = 'id')
    """,
    "a foreign key leads to (organization_id, id) and never to id alone": """
        select k.conrelid::regclass || ' ' || k.conname
        from pg_constraint as k
        join pg_attribute as a on a.attrelid = k.confrelid and a.attnum = k.confkey[1]
        where k.contype = 'f' and k.connamespace = 'pbdb'::regnamespace and a.attname = 'id'
    """,
    "a key of the specification has (organization_id, id) beside it": f"""
        select c.relname from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relname in ({SPECIFIED})
            and not exists (
                select from pg_index as i
                where i.indrelid = c.oid and i.indisunique and i.indpred is null
                    and pg_get_indexdef(i.indexrelid, 1, true) = 'organization_id'
                    and pg_get_indexdef(i.indexrelid, 2, true) = 'id' and i.indnkeyatts = 2
            )
    """,
    "no key of ours is unique twice": f"""
        select i.indexrelid::regclass || ' says what ' || u.indexrelid::regclass || ' says'
        from pg_index as i
        join pg_class as c on c.oid = i.indrelid
        join pg_index as u
            on u.indrelid = i.indrelid and u.indexrelid <> i.indexrelid and u.indisunique
            and u.indkey::int2[] <@ i.indkey::int2[] and u.indpred is null
            and (u.indkey::int2[] <> i.indkey::int2[] or u.indexrelid < i.indexrelid)
        where c.relnamespace = 'pbdb'::regnamespace and i.indisunique
            and c.relname not in ({SPECIFIED})
    """,
    "no application chooses an id": """
        select c.oid::regclass || ' ' || r.rolname || ' ' || p.name
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attname = 'id'
        cross join pg_roles as r
        cross join unnest(array['INSERT', 'UPDATE']) as p (name)
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
            and r.rolname in ('pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
            and has_column_privilege(r.oid, c.oid, a.attnum, p.name)
    """,
    "every foreign key has an index": """
        select k.conrelid::regclass || ' ' || k.conname
        from pg_constraint as k
        where k.contype = 'f' and k.connamespace = 'pbdb'::regnamespace
            and not exists (
                select from pg_index as i
                join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                where i.indrelid = k.conrelid and a.attnum = any(k.conkey)
                    -- The tenant alone is not selective.
                    and (
                        a.attname <> 'organization_id' or cardinality(k.conkey) = 1
                        or i.indkey[1] = any(k.conkey)
                    )
            )
    """,
    "every constraint and index is valid": """
        select k.conname::text from pg_constraint as k
        where k.connamespace = 'pbdb'::regnamespace and not k.convalidated
        union all
        select i.indexrelid::regclass::text from pg_index as i
        join pg_class as c on c.oid = i.indexrelid
        where c.relnamespace = 'pbdb'::regnamespace and not i.indisvalid
    """,
    "a view asks for the rights of its reader": """
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind = 'v'
            and not coalesce('security_invoker=true' = any(c.reloptions), false)
    """,
    "rights on a table that do not look at row level security are granted to nobody": """
        select c.oid::regclass || ' ' || x.privilege_type || ' to ' || x.grantee::regrole
        from pg_class as c, aclexplode(c.relacl) as x
        where c.relnamespace = 'pbdb'::regnamespace
            and x.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
            and x.grantee <> 'pbdb_owner'::regrole
    """,
    "times know their zone": """
        select c.oid::regclass || '.' || a.attname
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
            and a.atttypid in ('timestamp'::regtype, 'timetz'::regtype)
    """,
    "no table is unlogged": """
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relpersistence <> 'p'
    """,
    "group roles cannot log in, nor pass row level security": """
        select r.rolname::text from pg_roles as r
        where r.rolname in ('pbdb_owner', 'pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
            and (r.rolcanlogin or r.rolbypassrls or r.rolsuper or r.rolcreaterole)
    """,
}


@pytest.fixture(scope="session")
def catalog(migrated: Server) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A session in a database that nobody changes."""
    with fresh_database(migrated) as database, database.connect("owner") as conn:
        yield conn


@pytest.mark.parametrize("rule", RULES)
def test_rule(catalog: psycopg.Connection[tuple[Any, ...]], rule: str) -> None:
    assert [row[0] for row in catalog.execute(RULES[rule])] == [], rule


def test_a_definer_function_says_why_it_is_one() -> None:
    silent = []
    for file in load_order():
        text = file.read_text(encoding="utf-8")
        said = " ".join(re.findall(r"^--.*|^comment on .*?;$", text, re.MULTILINE | re.DOTALL))
        if "security definer" in text and "definer" not in said.lower():
            silent.append(file.name)
    assert silent == []


def test_no_handler_swallows_what_must_reach_the_caller() -> None:
    """Deadlocks, cancels, full disks: an exception block names what it expects."""
    wrong = []
    for file in load_order():
        text = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8")).lower()
        for block in re.findall(r"\bwhen others then(.*?)(?=\bwhen\b|\bend;)", text, re.DOTALL):
            if "raise" not in block:
                wrong.append(file.name)
    assert wrong == []
