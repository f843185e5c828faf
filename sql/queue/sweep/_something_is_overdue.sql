-- drop: function pbdb._something_is_overdue()
--
-- The time stands in a variable: as a volatile function it could not bound an index scan, and every
-- claim would read all open executions. Without sequential scans, because a plan made while the
-- queue was empty would read all of it once it is long, and keep doing so until the next analyze.
create or replace function pbdb._something_is_overdue()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_now timestamptz := clock_timestamp();
begin
    return exists (
        select from pbdb.playbook_ready_steps as q
        where q.state in ('LEASED', 'WAITING') and q.due_at <= v_now
    )
    or exists (
        select from pbdb.playbook_ready_steps as q
        where
            q.handler is null and q.waits_for = 'ENGINE' and q.state = 'READY'
            and q.due_at <= v_now
    )
    or exists (
        select from pbdb.playbook_executions as e
        where e.status in ('PENDING', 'RUNNING') and e.deadline_at <= v_now
    );
end;
$fn$;

comment on function pbdb._something_is_overdue() is
'True when a sweep would find a lease, wait, engine step or execution whose time has come. Three '
'index probes.';

revoke execute on function pbdb._something_is_overdue() from public;
