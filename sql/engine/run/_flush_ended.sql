-- drop: function pbdb._flush_ended(pbdb.run[])
create or replace function pbdb._flush_ended(p_runs pbdb.run[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set enable_tidscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_gone tid[];
begin
    -- The queue's rows are locked by a statement before the one that deletes them: a heartbeat may
    -- move a row meanwhile, and a row that is looked for where it was is not found.
    with ended as materialized (
        select r.organization_id, r.execution_id, e.*
        from unnest(p_runs) as r cross join lateral unnest(r.ended) as e
    ),
    written as (
        update pbdb.playbook_step_results as s
        set
            status = e.status, output_data = e.output, error_code = e.error_code,
            error_message = e.error_message, error_stack = e.error_stack,
            error_details = e.error_details, is_lost = e.is_lost, verdict_hash = e.verdict_hash,
            completed_at = e.completed_at, updated_at = e.completed_at
        from ended as e
        where s.id = e.result_id and s.id = any(array(select e.result_id from ended as e))
    )
    select array_agg(q.ctid) into v_gone
    from ended as e
    cross join lateral (
        select q.ctid
        from pbdb.playbook_ready_steps as q
        where
            q.organization_id = e.organization_id and q.execution_id = e.execution_id
            and q.result_id = e.result_id
        for update
    ) as q;

    delete from pbdb.playbook_ready_steps as q where q.ctid = any(v_gone);
end;
$fn$;

comment on function pbdb._flush_ended(pbdb.run[]) is
'Writes the ends of stored attempts and takes them out of the queue.';

revoke execute on function pbdb._flush_ended(pbdb.run[]) from public;
