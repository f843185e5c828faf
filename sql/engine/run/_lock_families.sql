-- drop: function pbdb._lock_families(uuid[])
create or replace function pbdb._lock_families(p_step_result_ids uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
begin
    perform e.id
    from pbdb.playbook_executions as e
    where e.id = any(array(
        select unnest(array[x.root_execution_id, x.id])
        from pbdb.playbook_step_results as r
        cross join lateral (
            select x.id, x.root_execution_id
            from pbdb.playbook_executions as x
            where x.id = r.execution_id
            offset 0
        ) as x
        where r.id = any(p_step_result_ids)
    ))
    order by coalesce(e.root_execution_id, e.id), e.depth, e.id
    for update;
end;
$fn$;

comment on function pbdb._lock_families(uuid[]) is
'Locks the executions of some attempts, roots of families with them and first: who holds a root '
'holds its family. '
'Whether an attempt is held, and with which token, does not change while its execution is locked: '
'only a claim takes no such lock, and it takes only what nobody holds.';

revoke execute on function pbdb._lock_families(uuid[]) from public;
