-- drop: trigger unroll_deleted_executions on pbdb.playbook_executions
-- drop: function pbdb._unroll_deleted_executions()
--
-- For each statement, not for each row: deleting a playbook deletes all its executions in one
-- statement, and a million updates of one roll-up row would take for ever. Definer, because until
-- PostgreSQL 18 the triggers of a cascade run as whoever deleted the playbook.
create or replace function pbdb._unroll_deleted_executions()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._unroll_executions(
        array_agg(d.organization_id),
        array_agg(d.playbook_id),
        array_agg(d.finished_xid),
        array_agg(d.status),
        array_agg(d.duration_ms),
        array_agg(d.created_at),
        array_agg(d.completed_at)
    )
    from deleted as d
    where d.finished_xid is not null
    having count(*) > 0;
    return null;
end;
$fn$;

comment on function pbdb._unroll_deleted_executions() is
'Trigger: takes deleted executions out of the roll-ups that hold them.';

revoke execute on function pbdb._unroll_deleted_executions() from public;

drop trigger if exists unroll_deleted_executions on pbdb.playbook_executions;
create trigger unroll_deleted_executions
after delete on pbdb.playbook_executions
referencing old table as deleted
for each statement execute function pbdb._unroll_deleted_executions();

comment on trigger unroll_deleted_executions on pbdb.playbook_executions is
'Keeps playbook_execution_rollups exact when executions are deleted, by a cascade too.';
