"""All that a step could leave behind in a session, as one query, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterable

# Settings that pg_settings does not list: whoever sets them first makes them.
CUSTOM = (
    "app.current_organization_id",
    "app.user_id",
    "request.jwt.claims",
    "pbdb.max_output_bytes",
    "evil.mark",
)

LOOK = f"""
select 'setting ' || s.name as what, s.setting as value from pg_catalog.pg_settings as s
union all
select 'custom setting ' || n.name, nullif(pg_catalog.current_setting(n.name, true), '')
from (values {", ".join(f"('{name}')" for name in CUSTOM)}) as n (name)
union all
-- The queue notes there when to look again; a query could say never.
select 'never looks again', coalesce(pg_catalog.current_setting('pbdb.look_again_at', true) = '99999999999', false)
    ::pg_catalog.text
union all
select 'temporary objects', pg_catalog.count(*)::pg_catalog.text
from pg_catalog.pg_depend as d
where d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
    and d.refobjid = pg_catalog.pg_my_temp_schema()
union all
select 'advisory locks',
    pg_catalog.string_agg(pg_catalog.concat_ws(':', l.classid, l.objid, l.mode), ' ' order by l.objid)
from pg_catalog.pg_locks as l
where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'advisory'
union all
-- What psycopg prepares for the runner is the runner's own.
select 'prepared statements', pg_catalog.string_agg(p.name, ' ' order by p.name)
from pg_catalog.pg_prepared_statements as p where p.name !~ '^_pg3_'
union all
select 'cursors', pg_catalog.string_agg(c.name, ' ' order by c.name)
from pg_catalog.pg_cursors as c where c.statement !~ 'temporary objects'
union all
select 'listens to', pg_catalog.string_agg(l.name, ' ')
from pg_catalog.pg_listening_channels() as l (name)
union all
select 'is', pg_catalog.concat_ws(' ', session_user, current_user, pg_catalog.current_setting('role'))
union all
select 'tenant', pbdb.current_organization_id()::pg_catalog.text
union all
select 'large objects', pg_catalog.count(*)::pg_catalog.text
from pg_catalog.pg_largeobject_metadata
"""


def differences(
    before: Iterable[tuple[str, str | None]], after: Iterable[tuple[str, str | None]]
) -> list[str]:
    """What is not as it was, a line a thing."""
    was, is_now = dict(before), dict(after)
    return [
        f"{what}: {was.get(what)} became {is_now.get(what)}"
        for what in sorted({*was, *is_now})
        if was.get(what) != is_now.get(what)
    ]
