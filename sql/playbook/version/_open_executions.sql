-- drop: function pbdb._open_executions(uuid)
create or replace function pbdb._open_executions(p_playbook_id uuid)
returns bigint
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select count(*)
    from pbdb.playbook_executions as execution
    where
        execution.playbook_id = p_playbook_id
        and execution.finished_xid is null;
end;

comment on function pbdb._open_executions(uuid) is
'How many executions of a playbook are PENDING, RUNNING or PAUSED.';

revoke execute on function pbdb._open_executions(uuid) from public;
