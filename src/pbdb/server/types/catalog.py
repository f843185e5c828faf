"""What types are written from: enums, the specification's tables and functions of a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pbdb.database import Connection

# In the specification's order.
TABLES: Final = ("playbooks", "playbook_steps", "playbook_executions", "playbook_step_results")

_ENUMS: Final = """
select t.typname, array_agg(e.enumlabel::text order by e.enumsortorder)
from pg_catalog.pg_type as t
join pg_catalog.pg_enum as e on e.enumtypid = t.oid
where t.typnamespace = pg_catalog.to_regnamespace('pbdb')
group by t.oid
order by t.typname"""

_COLUMNS: Final = """
select c.relname, a.attname, pg_catalog.format_type(a.atttypid, null), a.attnotnull,
    coalesce(pg_catalog.col_description(c.oid, a.attnum), ''),
    pg_catalog.pg_get_expr(d.adbin, d.adrelid)
from pg_catalog.pg_class as c
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relnamespace = pg_catalog.to_regnamespace('pbdb') and c.relname = any(%s)
order by c.relname, a.attnum"""

_FUNCTIONS: Final = """
select p.proname, coalesce(p.proargnames, '{}')::text[],
    coalesce(p.proargmodes::text[], array_fill('i'::text, array[p.pronargs::int])),
    array(
        select pg_catalog.format_type(a.type, null)
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
            with ordinality as a (type, place)
        order by a.place
    ),
    p.pronargs - p.pronargdefaults, pg_catalog.format_type(p.prorettype, null), p.proretset,
    coalesce(pg_catalog.obj_description(p.oid, 'pg_proc'), '')
from pg_catalog.pg_proc as p
where p.pronamespace = pg_catalog.to_regnamespace('pbdb') and p.proname = any(%s)
order by p.proname"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or of a function's rows."""

    name: str
    kind: str
    is_required: bool = True
    comment: str = ""
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its arguments, the first `required` without a default, and what it returns."""

    name: str
    arguments: list[Column]
    rows: list[Column]
    returns: str
    comment: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that types are written from."""

    enums: Mapping[str, list[str]]
    tables: Mapping[str, list[Column]]
    functions: Mapping[str, Function]
    timeouts: Mapping[str, int]


def read(connection: Connection, functions: set[str]) -> Catalog:
    """Read it; any login may."""
    with connection.transaction():
        # Names print qualified unless they are in the path.
        connection.execute("set local search_path = pg_catalog")
        return _read(connection, functions)


def _read(connection: Connection, functions: set[str]) -> Catalog:
    tables: dict[str, list[Column]] = {name: [] for name in TABLES}
    for table, *column in connection.execute(_COLUMNS, (list(TABLES),)):
        tables[table].append(Column(*column))
    found = [_function(*row) for row in connection.execute(_FUNCTIONS, (sorted(functions),))]
    timeouts = connection.execute(
        "select step_type::text, default_timeout_seconds from pbdb.step_types()"
    )
    return Catalog(
        dict(connection.execute(_ENUMS).fetchall()),
        tables,
        {each.name: each for each in found},
        {name: seconds for name, seconds in timeouts if seconds is not None},
    )


def _function(
    name: str, names: list[str], modes: list[str], kinds: list[str], required: int, *rest: Any
) -> Function:
    returns, _is_set, comment = rest
    described = list(zip(names, modes, kinds, strict=True))
    given = [(each, kind) for each, mode, kind in described if mode != "t"]
    arguments = [Column(each, kind, place < required) for place, (each, kind) in enumerate(given)]
    rows = [Column(each, kind) for each, mode, kind in described if mode == "t"]
    return Function(name, arguments, rows, returns, comment)
