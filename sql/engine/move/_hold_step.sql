-- drop: function pbdb._hold_step(pbdb.run, jsonb, pbdb.thread)
create or replace function pbdb._hold_step(p_run pbdb.run, p_step jsonb, p_thread pbdb.thread)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result_id uuid := pbdb.uuid_v7();
begin
    p_run := pbdb._count_visit(p_run, p_step, p_thread.scope_id);
    p_run.results := p_run.results || pbdb._new_attempt(
        v_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'id')::uuid,
        p_thread.scope_id,
        (p_run.visits ->> pbdb._visit_key(p_thread.scope_id, (p_step ->> 'i')::int))::int,
        'PENDING', null, null
    );
    p_run.ready := p_run.ready || pbdb._new_ready_step(
        v_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'i')::int, null,
        'ENGINE', case when p_run.status = 'PAUSED' then 'HELD' else 'READY' end::pbdb.ready_state,
        clock_timestamp()
    );
    return p_run;
end;
$fn$;

comment on function pbdb._hold_step(pbdb.run, jsonb, pbdb.thread) is
'Keeps the place before a step: HELD while the execution is paused, else READY for whoever '
'advances it next.';

revoke execute on function pbdb._hold_step(pbdb.run, jsonb, pbdb.thread) from public;
