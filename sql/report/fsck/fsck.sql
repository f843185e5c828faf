-- drop: function pbdb.fsck()
--
-- Definer: it looks at every tenant, and operators may not read the queue themselves.
create or replace function pbdb.fsck()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
    select * from pbdb._fsck_queue()
    union all select * from pbdb._fsck_attempts()
    union all select * from pbdb._fsck_ends()
    union all select * from pbdb._fsck_liveness()
    union all select * from pbdb._fsck_joins()
    union all select * from pbdb._fsck_counters()
    union all select * from pbdb._fsck_definitions()
    union all select * from pbdb._fsck_rollups()
    union all select * from pbdb._fsck_keys()
    order by 1, 3, 4;
$fn$;

comment on function pbdb.fsck() is
'Every invariant of the state machine, a row for each violation, none when all is well: what it '
'is, whose, where, and the values. Reads one snapshot and all of history: for operators and tests, '
'not for every minute.';

revoke execute on function pbdb.fsck() from public;
grant execute on function pbdb.fsck() to pbdb_monitor;
