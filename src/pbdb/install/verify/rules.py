"""What holds for every object, listed in specification.toml or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pbdb.install.verify.catalog import Catalog
from pbdb.install.verify.result import NONE, Check, listed

_NEVER_GRANTED: Final = ("TRUNCATE", "REFERENCES", "TRIGGER")
# current_organization_id() asks it when a tenant's own query runs.
_GRANTED_HELPERS: Final = {"_query_organization_id"}
RUNS_AS_QUERY: Final = frozenset({"_query_as_tenant", "_explain_as_tenant"})
"""Functions that are safe because they belong to pbdb_query, which has no rights but those that a
DBA gives it. Each refuses to run for another owner. All others belong to pbdb_owner."""
_PATH: Final = "pg_catalog, pg_temp"
_QUERY_PATH: Final = "public, pg_temp"


def rules(found: Catalog) -> Iterator[Check]:
    """What holds for every object, listed above or not: each rule names its offenders."""

    def rule(name: str, offenders: Iterable[object], fix: str) -> Check:
        return Check(name, NONE, listed(offenders), fix)

    tables, functions = found.tables.values(), found.functions
    yield rule(
        "every table belongs to pbdb_owner",
        (each["name"] for each in tables if each["owner"] != "pbdb_owner"),
        "alter table … owner to pbdb_owner",
    )
    yield rule(
        "every table has row level security enabled and forced",
        (t["name"] for t in tables if not (t["relrowsecurity"] and t["relforcerowsecurity"])),
        "alter table … enable row level security, force row level security",
    )
    yield rule(
        "every policy is for a named role",
        (f"{p['table']}.{p['name']}" for p in found.policies if "public" in p["roles"]),
        "drop the policy and create it to a role",
    )
    yield rule(
        "no role may truncate, reference or put triggers on a table",
        (
            f"{role} on {table}"
            for (table, role), rights in found.rights.items()
            if rights & {each.lower() for each in _NEVER_GRANTED}
        ),
        "revoke truncate, references, trigger on … from …",
    )
    yield rule("every foreign key has an index", _bare_foreign_keys(found), "create index …")
    yield rule(
        "every function belongs to pbdb_owner but those that run tenants' queries",
        (
            f["signature"]
            for f in functions
            if f["owner"] != "pbdb_owner" and f["name"] not in RUNS_AS_QUERY
        ),
        "alter function … owner to pbdb_owner",
    )
    for name in sorted(RUNS_AS_QUERY):
        yield from _runs_as_query(name, [f for f in functions if f["name"] == name])
    yield rule(
        "every view and type belongs to pbdb_owner",
        (row["name"] for row in found.rows(_OWNED_BY_OTHERS)),
        "alter view … owner to pbdb_owner, alter type … owner to pbdb_owner",
    )
    yield rule(
        "no group but pbdb_owner is a member of another role",
        (f"{row['member']} of {row['role']}" for row in found.rows(_MEMBERSHIPS)),
        "revoke … from …: a group has its own rights and those that you grant to it",
    )
    yield rule(
        "the public may execute no function",
        (f["signature"] for f in functions if f["is_public"]),
        "revoke execute on function … from public",
    )
    yield rule(
        "no private helper is granted",
        (
            f["signature"]
            for f in functions
            if f["name"].startswith("_") and f["roles"] and f["name"] not in _GRANTED_HELPERS
        ),
        "revoke execute on function … from …",
    )
    yield rule(
        "every function searches pg_catalog and then pg_temp, or was parsed when it was made",
        (f["signature"] for f in functions if not _is_pinned(f)),
        "alter function … set search_path = pg_catalog, pg_temp",
    )
    yield rule(
        "every table, column, type and function has a comment",
        _without_comment(found),
        "comment on … is '…'",
    )
    yield rule(
        "functions that pbdb_owner creates are not for the public",
        _NONE_IF_REVOKED[found.value(_DEFAULT_PRIVILEGES) is True],
        "alter default privileges for role pbdb_owner revoke execute on functions from public",
    )


_NONE_IF_REVOKED: Final = {True: (), False: ("executable by public",)}
_DEFAULT_PRIVILEGES: Final = """
    select not exists (select from unnest(d.defaclacl) as a where a::text like '=%%')
    from pg_default_acl as d
    where d.defaclrole = to_regrole('pbdb_owner') and d.defaclobjtype = 'f'
        and d.defaclnamespace = 0
"""


_OWNED_BY_OTHERS: Final = """
    select c.oid::regclass::text as name from pg_class as c
    where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('v', 'm', 'S')
        and pg_get_userbyid(c.relowner) <> 'pbdb_owner'
    union all
    select t.oid::regtype::text from pg_type as t
    where t.typnamespace = 'pbdb'::regnamespace and t.typtype in ('e', 'd', 'c')
        and t.typrelid not in (select oid from pg_class where relkind <> 'c')
        and pg_get_userbyid(t.typowner) <> 'pbdb_owner'
"""
_MEMBERSHIPS: Final = """
    select pg_get_userbyid(m.member) as member, pg_get_userbyid(m.roleid) as role
    from pg_auth_members as m
    where pg_get_userbyid(m.member) in ('pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
"""


def _runs_as_query(name: str, functions: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    """Say whose a function must be, and how it becomes so: its new owner needs CREATE for that."""
    for function in functions:
        signature = function["signature"]
        yield Check(
            f"function {name} belongs to pbdb_query",
            "pbdb_query",
            function["owner"],
            "grant create on schema pbdb to pbdb_query; "
            f"alter function {signature} owner to pbdb_query; "
            "revoke create on schema pbdb from pbdb_query",
        )


def _is_pinned(function: Mapping[str, Any]) -> bool:
    """Whether no name in it can be captured: '' would look into pg_temp first, for types.

    What a tenant's query names is found in public; what else it could find it may see anyway.
    """
    path = _QUERY_PATH if function["name"] in RUNS_AS_QUERY else _PATH
    return bool(function["is_atomic"]) or function["search_path"] == path


def _bare_foreign_keys(found: Catalog) -> Iterator[str]:
    """Foreign keys whose columns do not include the leading columns of any index."""
    for row in found.rows(
        """
        select t.relname as table, c.conname as name,
            array(
                select a.attname::text
                from unnest(c.conkey) as k (number)
                join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.number
            ) as columns
        from pg_constraint as c join pg_class as t on t.oid = c.conrelid
        where c.connamespace = 'pbdb'::regnamespace and c.contype = 'f'
        """
    ):
        columns = set(row["columns"])
        # The tenant alone selects too much; a column of the key itself must lead, or follow it.
        telling = columns - {"organization_id"}
        if not any(
            index["table"] == row["table"]
            and (
                index["columns"][0] in telling
                or (index["columns"][0] in columns and telling & set(index["columns"][1:2]))
            )
            for index in found.indexes.values()
        ):
            yield f"{row['table']}.{row['name']}"


def _without_comment(found: Catalog) -> Iterator[str]:
    yield from (name for name, table in found.tables.items() if not table["comment"])
    for (table, column), row in found.columns.items():
        if not row["comment"]:
            yield f"{table}.{column}"
    for function in found.functions:
        if not function["comment"]:
            yield function["signature"]
    for row in found.rows(
        """
        select t.oid::regtype::text as name
        from pg_type as t left join pg_class as c on c.oid = t.typrelid
        where t.typnamespace = 'pbdb'::regnamespace and obj_description(t.oid, 'pg_type') is null
            and (t.typtype in ('e', 'd') or c.relkind = 'c')
        """
    ):
        yield row["name"]
