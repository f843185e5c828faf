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
    v_call pbdb.playbook_call;
begin
    p_run.results := p_run.results || pbdb._new_attempt(
        p_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'id')::uuid,
        p_thread.scope_id, p_visit, 'RUNNING', p_effect.input, p_effect.request
    );
    p_run.ready := p_run.ready || pbdb._new_ready_step(
        p_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'i')::int, null,
        'CHILD', 'WAITING', coalesce(
            clock_timestamp() + interval '1 second' * (p_step ->> 'timeout')::int, 'infinity'
        )
    );
    v_call.result_id := p_result_id;
    v_call.playbook_id := p_effect.plan ->> 'playbook_id';
    v_call.input := pbdb._call_input(
        (p_step -> 'config') || coalesce(p_effect.request, '{}'),
        coalesce(p_effect.input, p_run.input)
    );
    p_run.calls := p_run.calls || v_call;
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
