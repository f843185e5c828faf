-- drop: function pbdb._unroll_execution(pbdb.playbook_executions)
create or replace function pbdb._unroll_execution(p_execution pbdb.playbook_executions)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_execution.finished_xid is null then
        return;
    end if;
    perform pbdb._unroll_executions(
        array[p_execution.organization_id],
        array[p_execution.playbook_id],
        array[p_execution.finished_xid],
        array[p_execution.status],
        array[p_execution.duration_ms],
        array[p_execution.created_at],
        array[p_execution.completed_at]
    );
end;
$fn$;

comment on function pbdb._unroll_execution(pbdb.playbook_executions) is
'Takes a finished execution out of the roll-up of its playbook: to be called with its row as it '
'was, in the transaction that sets finished_xid back to null. Nothing happens when it was not '
'finished.';

revoke execute on function pbdb._unroll_execution(pbdb.playbook_executions) from public;
