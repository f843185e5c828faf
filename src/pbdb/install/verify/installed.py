"""What this version of pbdb installs: installed.json, and where a live database differs from it.

specification.toml says by hand what users are promised. This says of every other object that it is
as the migrations made it, a function's text included: a helper that somebody replaced, a check that
somebody dropped, a right that somebody granted. What a DBA added beside (an index, a table) is no
fault. `make snapshot` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Final, LiteralString

from pbdb.install.verify.catalog import Catalog
from pbdb.install.verify.result import NONE, Check, Specification, listed

Objects = dict[str, dict[str, str]]
"""Definitions by kind and name, as PostgreSQL prints them; the same for every server version."""

# Each gives name and definition. A body that was parsed when it was made has no text of its own
# (and prints differently from version to version): of those, what stands around it is compared.
_QUERIES: Final[Mapping[str, LiteralString]] = {
    "functions": """
        select p.oid::regprocedure::text as name, concat_ws(
            ', ', array_to_string(p.proargnames[:p.pronargs], ' '),
            'returns ' || pg_get_function_result(p.oid),
            case p.provolatile when 'i' then 'immutable' when 's' then 'stable' end,
            case p.proparallel when 's' then 'parallel safe' end,
            case when p.proisstrict then 'strict' end,
            case when p.prosecdef then 'security definer' end,
            (
                select string_agg(s.setting, ', ') from unnest(p.proconfig) as s (setting)
                where s.setting not like 'search_path=%%'
            ),
            case when p.prosqlbody is null then 'md5 ' || md5(p.prosrc) end
        ) as definition
        from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace and p.prokind = 'f'
            -- From 18 on the server's own.
            and p.proname <> 'uuid_v7'
        order by 1
    """,
    "columns": """
        select format('%%s.%%s', c.relname, a.attname) as name, concat(
            format_type(a.atttypid, a.atttypmod),
            case when a.attnotnull then ' not null' end,
            case
                when a.attgenerated <> '' then ' generated'
                when a.attidentity <> '' then ' identity'
                when d.oid is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid)
            end
        ) as definition
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
        order by 1
    """,
    "constraints": """
        select format('%%s.%%s', c.relname, k.conname) as name,
            pg_get_constraintdef(k.oid) as definition
        from pg_constraint as k join pg_class as c on c.oid = k.conrelid
        where k.connamespace = 'pbdb'::regnamespace and k.contype in ('p', 'u', 'f', 'c', 'x')
        order by 1
    """,
    "indexes": """
        select i.relname as name, concat(
            pg_get_indexdef(i.oid), case when not x.indisvalid then ' (not valid)' end
        ) as definition
        from pg_index as x
        join pg_class as i on i.oid = x.indexrelid
        join pg_class as t on t.oid = x.indrelid
        where t.relnamespace = 'pbdb'::regnamespace
            and not exists (select from pg_constraint as k where k.conindid = i.oid)
        order by 1
    """,
    "rights": """
        select format('%%s may call %%s', a.grantee::regrole, p.oid::regprocedure) as name,
            a.privilege_type as definition
        from pg_proc as p cross join aclexplode(p.proacl) as a
        where p.pronamespace = 'pbdb'::regnamespace and a.grantee not in (0, p.proowner)
            and a.grantee::regrole::text
                in ('pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
        order by 1
    """,
    "triggers": """
        select format('%%s.%%s', c.relname, t.tgname) as name,
            concat(pg_get_triggerdef(t.oid), case when t.tgenabled not in ('O', 'A')
                then ' (disabled)' end) as definition
        from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
        where c.relnamespace = 'pbdb'::regnamespace and not t.tgisinternal
        order by 1
    """,
}
_FIXES: Final[Mapping[str, str]] = {
    "functions": "create it again as in migrations/ (the newest text that names it)",
    "columns": "alter table … as in migrations/",
    "constraints": "drop it if it is there, and add it as in migrations/",
    "indexes": "drop index if exists … and create it as in migrations/",
    "rights": "grant or revoke execute on function …",
    "triggers": "drop it if it is there, and create it as in migrations/",
}


def installed(found: Catalog) -> Objects:
    """Return the definitions in a database; names are in full but for those of pg_catalog."""
    return {
        kind: {row["name"]: row["definition"] for row in found.rows(query)}
        for kind, query in _QUERIES.items()
    }


def expected() -> Objects:
    """Return the definitions that this version installs."""
    text = resources.files(__package__).joinpath("installed.json").read_text(encoding="utf-8")
    known: Objects = json.loads(text)
    return known


def drift(found: Catalog, known: Objects, promised: Specification) -> Iterator[Check]:
    """Say for each kind of object which are not as this version installs them.

    Those that are promised by name have checks of their own.
    """
    for kind, objects in installed(found).items():
        wrong = [
            f"{name}: {'differs' if name in objects else 'missing'}"
            for name, definition in known[kind].items()
            if objects.get(name) != definition
            and not _is_promised(kind, name, definition, promised)
        ]
        if kind == "rights":
            # One too many opens a door; anything else too many is the DBA's.
            wrong += [
                f"{name}: not ours"
                for name, definition in objects.items()
                if name not in known[kind] and not _is_promised(kind, name, definition, promised)
            ]
        yield Check(f"{kind} are as this version installs them", NONE, listed(wrong), _FIXES[kind])


def _is_promised(kind: str, name: str, definition: str, promised: Specification) -> bool:
    if kind == "rights":
        signature = name.partition(" may call pbdb.")[2]
        return signature.partition("(")[0] in promised["functions"]
    if kind == "indexes":
        return name in promised["indexes"]
    table, _, part = name.partition(".")
    mine = promised["tables"].get(table, {})
    if kind == "columns":
        return part in mine.get("columns", {})
    if kind == "constraints":
        return part in mine.get("checks", []) or any(
            definition in (f"{key} ({', '.join(columns)})", f"FOREIGN KEY {reference}")
            for key in ("PRIMARY KEY", "UNIQUE")
            for columns in mine.get("unique", [[]])
            for reference in mine.get("references", [""])
        )
    return False


def text(objects: Objects) -> str:
    """Return the content of installed.json: a line an object, so that a change reads as one."""
    return json.dumps(objects, indent=1, ensure_ascii=False) + "\n"
