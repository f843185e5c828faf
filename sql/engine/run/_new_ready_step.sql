-- drop: function pbdb._new_ready_step(uuid, uuid, uuid, int, text, pbdb.wait_reason, pbdb.ready_state, timestamptz, int)
--
-- The one place that makes a row of playbook_ready_steps. By name, as _new_attempt.
create or replace function pbdb._new_ready_step(
    p_result_id uuid,
    p_execution_id uuid,
    p_organization_id uuid,
    p_step_index int,
    p_handler text,
    p_waits_for pbdb.wait_reason,
    p_state pbdb.ready_state,
    p_due_at timestamptz,
    p_timeout_seconds int default null
)
returns pbdb.playbook_ready_steps
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_ready pbdb.playbook_ready_steps;
begin
    v_ready.result_id := p_result_id;
    v_ready.execution_id := p_execution_id;
    v_ready.organization_id := p_organization_id;
    v_ready.step_index := p_step_index;
    v_ready.handler := p_handler;
    v_ready.waits_for := p_waits_for;
    v_ready.state := p_state;
    v_ready.due_at := p_due_at;
    v_ready.timeout_seconds := p_timeout_seconds;
    return v_ready;
end;
$fn$;

comment on function pbdb._new_ready_step(
    uuid, uuid, uuid, int, text, pbdb.wait_reason, pbdb.ready_state, timestamptz, int
) is
'A row for the queue: who can run an attempt, or what it waits for, and when; nothing is written.';

revoke execute on function pbdb._new_ready_step(
    uuid, uuid, uuid, int, text, pbdb.wait_reason, pbdb.ready_state, timestamptz, int
) from public;
