-- drop: function pbdb._flush_ended(pbdb.run[])
create or replace function pbdb._flush_ended(p_runs pbdb.run[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
begin
    with ended as materialized (
        select e.* from unnest(p_runs) as r cross join lateral unnest(r.ended) as e
    )

    update pbdb.playbook_step_results as s
    set
        status = e.status, output_data = e.output, error_code = e.error_code,
        error_message = e.error_message, error_stack = e.error_stack, is_lost = e.is_lost,
        verdict_hash = e.verdict_hash, completed_at = e.completed_at, updated_at = e.completed_at
    from ended as e
    where s.id = e.result_id and s.id = any(array(select e.result_id from ended as e));

    with ended as materialized (
        select r.execution_id, e.result_id
        from unnest(p_runs) as r cross join lateral unnest(r.ended) as e
    )

    delete from pbdb.playbook_ready_steps as q
    using ended as e
    where
        q.execution_id = e.execution_id and q.result_id = e.result_id
        and q.execution_id = any(array(select e.execution_id from ended as e));
end;
$fn$;

comment on function pbdb._flush_ended(pbdb.run[]) is
'Writes the ends of stored attempts and takes them out of the queue.';

revoke execute on function pbdb._flush_ended(pbdb.run[]) from public;
