-- drop: function pbdb._hold_step(pbdb.run, jsonb, pbdb.thread)
create or replace function pbdb._hold_step(p_run pbdb.run, p_step jsonb, p_thread pbdb.thread)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result_id uuid := pbdb.uuid_v7();
    v_now timestamptz := clock_timestamp();
begin
    p_run := pbdb._count_visit(p_run, p_step, p_thread.scope_id);
    p_run.results := p_run.results || row(
        v_result_id, p_run.execution_id, p_step ->> 'id', p_run.organization_id,
        p_thread.scope_id, 'PENDING', 1,
        (p_run.visits ->> pbdb._visit_key(p_thread.scope_id, (p_step ->> 'i')::int))::int,
        null, null, null, null, null, null, false, null, null, null, null, null, null, null,
        v_now, v_now
    )::pbdb.playbook_step_results;
    p_run.ready := p_run.ready || row(
        v_result_id, p_run.organization_id, p_run.execution_id, '@engine',
        case when p_run.status = 'PAUSED' then 'HELD' else 'READY' end, v_now,
        (p_step ->> 'i')::int, null, null, null, null, null
    )::pbdb.playbook_ready_steps;
    return p_run;
end;
$fn$;

comment on function pbdb._hold_step(pbdb.run, jsonb, pbdb.thread) is
'Keeps the place before a step: HELD while the execution is paused, else READY for whoever '
'advances it next.';

revoke execute on function pbdb._hold_step(pbdb.run, jsonb, pbdb.thread) from public;
