-- drop: function pbdb._load_run(uuid)
create or replace function pbdb._load_run(p_execution_id uuid)
returns pbdb.run
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_run pbdb.run;
begin
    select
        e.id, e.organization_id, e.playbook_id, e.status, e.execution_name, e.triggered_by,
        e.trigger_source, e.input_data, e.output_data, e.error_code, e.error_message,
        e.error_stack, e.handled_error, e.started_at, e.completed_at, e.current_step_id,
        e.completed_steps, e.total_steps, e.is_revisiting, e.pause_reason, e.paused_at,
        e.deadline_at, e.idempotency_key, e.root_execution_id, e.parent_result_id, e.depth,
        e.metadata
    into
        v_run.execution_id, v_run.organization_id, v_run.playbook_id, v_run.status,
        v_run.execution_name, v_run.triggered_by, v_run.trigger_source, v_run.input,
        v_run.output, v_run.error_code, v_run.error_message, v_run.error_stack,
        v_run.handled_error, v_run.started_at, v_run.completed_at, v_run.current_step_id,
        v_run.completed_steps, v_run.total_steps, v_run.is_revisiting, v_run.pause_reason,
        v_run.paused_at, v_run.deadline_at, v_run.idempotency_key,
        v_run.root_execution_id, v_run.parent_result_id, v_run.depth, v_run.metadata
    from pbdb.playbook_executions as e
    where e.id = p_execution_id;
    if not found then
        return null;
    end if;
    v_run.is_new := false;
    v_run.known := '{}';
    v_run.visits := '{}';
    v_run.threads := '{}';
    v_run.results := '{}';
    v_run.ready := '{}';
    v_run.ended := '{}';
    v_run.calls := '{}';
    v_run.cancels := '{}';
    return v_run;
end;
$fn$;

comment on function pbdb._load_run(uuid) is
'An execution, which the caller has locked, for work; null when there is none.';

revoke execute on function pbdb._load_run(uuid) from public;
