-- drop: function pbdb._new_attempt(uuid, uuid, uuid, uuid, uuid, int, pbdb.step_result_status, jsonb, jsonb)
--
-- The one place that makes a row of playbook_step_results. By name: a column that a migration adds
-- is null here, and the insert gives it its default.
create or replace function pbdb._new_attempt(
    p_result_id uuid,
    p_execution_id uuid,
    p_organization_id uuid,
    p_step_id uuid,
    p_scope_id uuid,
    p_visit int,
    p_status pbdb.step_result_status,
    p_input jsonb,
    p_request jsonb
)
returns pbdb.playbook_step_results
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_now timestamptz := clock_timestamp();
    v_attempt pbdb.playbook_step_results;
begin
    v_attempt.id := p_result_id;
    v_attempt.execution_id := p_execution_id;
    v_attempt.organization_id := p_organization_id;
    v_attempt.step_id := p_step_id;
    v_attempt.scope_id := p_scope_id;
    v_attempt.status := p_status;
    v_attempt.attempt_number := 1;
    v_attempt.visit := p_visit;
    v_attempt.input_data := p_input;
    v_attempt.request := p_request;
    v_attempt.is_lost := false;
    if p_status <> 'PENDING' then
        v_attempt.started_at := v_now;
    end if;
    v_attempt.created_at := v_now;
    v_attempt.updated_at := v_now;
    return v_attempt;
end;
$fn$;

comment on function pbdb._new_attempt(
    uuid, uuid, uuid, uuid, uuid, int, pbdb.step_result_status, jsonb, jsonb
) is
'A first attempt that begins now, or waits to be claimed when it is PENDING; nothing is written.';

revoke execute on function pbdb._new_attempt(
    uuid, uuid, uuid, uuid, uuid, int, pbdb.step_result_status, jsonb, jsonb
) from public;
