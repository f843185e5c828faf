-- drop: function pbdb._make_ready(pbdb.run, uuid, jsonb, uuid, int, pbdb.step_effect)
create or replace function pbdb._make_ready(
    p_run pbdb.run,
    p_result_id uuid,
    p_step jsonb,
    p_scope_id uuid,
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
        p_result_id, p_run.execution_id, p_step ->> 'id', p_run.organization_id, p_scope_id,
        'PENDING', 1, p_visit, p_effect.input, p_effect.request, null, null, null, null, false,
        null, null, null, null, null, null, null, v_now, v_now
    )::pbdb.playbook_step_results;
    p_run.ready := p_run.ready || row(
        p_result_id, p_run.organization_id, p_run.execution_id,
        pbdb._attempt_handler(p_step, p_effect.request), 'READY', v_now,
        (p_step ->> 'i')::int, (p_step ->> 'timeout')::int, null, null, null, null
    )::pbdb.playbook_ready_steps;
    return p_run;
end;
$fn$;

comment on function pbdb._make_ready(pbdb.run, uuid, jsonb, uuid, int, pbdb.step_effect) is
'Queues the first attempt of a step for whoever has its handler.';

revoke execute on function pbdb._make_ready(pbdb.run, uuid, jsonb, uuid, int, pbdb.step_effect)
from public;
