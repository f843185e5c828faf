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
begin
    p_run.results := p_run.results || pbdb._new_attempt(
        p_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'id')::uuid, p_scope_id,
        p_visit, 'PENDING', p_effect.input, p_effect.request
    );
    p_run.ready := p_run.ready || pbdb._new_ready_step(
        p_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'i')::int,
        pbdb._attempt_handler(p_step, p_effect.request), null, 'READY', clock_timestamp(),
        (p_step ->> 'timeout')::int
    );
    return p_run;
end;
$fn$;

comment on function pbdb._make_ready(pbdb.run, uuid, jsonb, uuid, int, pbdb.step_effect) is
'Queues the first attempt of a step for whoever has its handler.';

revoke execute on function pbdb._make_ready(pbdb.run, uuid, jsonb, uuid, int, pbdb.step_effect)
from public;
