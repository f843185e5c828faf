-- drop: function pbdb._call_playbook(pbdb.run, uuid, jsonb, pbdb.thread, int, pbdb.step_effect)
create or replace function pbdb._call_playbook(
    p_run pbdb.run,
    p_result_id uuid,
    p_step jsonb,
    p_thread pbdb.thread,
    p_visit int,
    p_effect pbdb.step_effect
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_now timestamptz := clock_timestamp();
begin
    p_run.results := p_run.results || row(
        p_result_id, p_run.execution_id, p_step ->> 'id', p_run.organization_id,
        p_thread.scope_id, 'RUNNING', 1, p_visit, p_effect.input, p_effect.request, null, null,
        null, null, false, v_now, null, null, null, null, null, null, v_now, v_now
    )::pbdb.playbook_step_results;
    p_run.ready := p_run.ready || row(
        p_result_id, p_run.organization_id, p_run.execution_id, '@child', 'WAITING',
        coalesce(v_now + interval '1 second' * (p_step ->> 'timeout')::int, 'infinity'),
        (p_step ->> 'i')::int, null, null, null, null, null
    )::pbdb.playbook_ready_steps;
    p_run.calls := p_run.calls || row(
        p_result_id, p_effect.plan ->> 'playbook_id', p_effect.input
    )::pbdb.playbook_call;
    return p_run;
end;
$fn$;

comment on function pbdb._call_playbook(
    pbdb.run, uuid, jsonb, pbdb.thread, int, pbdb.step_effect
) is
'Calls another ACTIVE playbook of the same organization as this step''s work. It begins when the '
'run is written; its output becomes the step''s output.';

revoke execute on function pbdb._call_playbook(
    pbdb.run, uuid, jsonb, pbdb.thread, int, pbdb.step_effect
) from public;
