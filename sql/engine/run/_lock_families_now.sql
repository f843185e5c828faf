-- drop: function pbdb._lock_families_now(uuid[])
create or replace function pbdb._lock_families_now(p_step_result_ids uuid[])
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
    for update nowait;
end;
$fn$;

comment on function pbdb._lock_families_now(uuid[]) is
'Locks what _lock_families locks, without waiting. Raises 55P03 when somebody holds one of them.';

revoke execute on function pbdb._lock_families_now(uuid[]) from public;
