"""Write the generated part of docs/internals.md: values in memory, and settings of functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, LiteralString

import psycopg

# Composite types that no table has: what functions pass to each other.
_FIELDS: Final[LiteralString] = """
    select t.typname, obj_description(t.oid, 'pg_type'), a.attname,
        format_type(a.atttypid, a.atttypmod), coalesce(col_description(c.oid, a.attnum), '')
    from pg_type as t
    join pg_class as c on c.oid = t.typrelid and c.relkind = 'c'
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where t.typnamespace = 'pbdb'::regnamespace
    order by t.typname <> 'run', t.typname, a.attnum
"""

_SETTINGS: Final[LiteralString] = """
    select s.settings, string_agg('`' || s.proname || '`', ', ' order by s.proname)
    from (
        select p.proname, (
            select string_agg('`' || replace(c.setting, '=', ' = ') || '`', ', ' order by c.setting)
            from unnest(p.proconfig) as c (setting)
            where c.setting not like 'search_path=%'
        ) as settings
        from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace
    ) as s
    where s.settings is not null
    group by s.settings
    order by count(*) desc, s.settings
"""


def internals(conn: psycopg.Connection[Any]) -> str:
    """Return the tables below the mark; the same for every server version."""
    # Types of pbdb print unqualified, as on the rest of the page.
    conn.execute("set search_path = pbdb, pg_catalog")
    return "".join(["\n## Reference\n", *_values(conn), *_settings(conn)])


def _values(conn: psycopg.Connection[Any]) -> Iterator[str]:
    before = None
    for name, comment, field, kind, meaning in conn.execute(_FIELDS):
        if name != before:
            yield f"\n### {name}\n\n{comment}\n\n| field | type | what it is |\n|---|---|---|\n"
            before = name
        yield f"| `{field}` | {kind} | {meaning.replace('|', '∣')} |\n"


def _settings(conn: psycopg.Connection[Any]) -> Iterator[str]:
    yield "\n### Settings of functions\n\n"
    yield "Beside `search_path = pg_catalog, pg_temp`, which every function has that is not parsed "
    yield "when it is made.\n\n"
    yield "| settings | functions |\n|---|---|\n"
    for settings, functions in conn.execute(_SETTINGS):
        yield f"| {settings} | {functions} |\n"
