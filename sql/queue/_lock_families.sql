-- drop: function pbdb._lock_families(uuid[])
create or replace function pbdb._lock_families(p_step_result_ids uuid[])
returns void
language plpgsql
volatile
as $fn$
begin
    perform e.id
    from pbdb.playbook_executions as e
    where e.id in (
        select unnest(array[x.root_execution_id, x.id])
        from pbdb.playbook_step_results as r
        inner join pbdb.playbook_executions as x on x.id = r.execution_id
        where r.id = any(p_step_result_ids)
    )
    order by e.id
    for update;

    perform q.result_id
    from pbdb.playbook_ready_steps as q
    where q.result_id = any(p_step_result_ids)
    order by q.result_id
    for update;
end;
$fn$;

comment on function pbdb._lock_families(uuid[]) is
'Locks the executions of some attempts, roots of families with them (an older id, so first), then their ready steps.';

revoke execute on function pbdb._lock_families(uuid[]) from public;
