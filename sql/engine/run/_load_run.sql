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
        e.id, e.organization_id, e.playbook_id, false, e.status, e.execution_name,
        e.triggered_by, e.trigger_source, e.input_data, e.output_data, e.error_code,
        e.error_message, e.error_stack, e.handled_error, e.started_at, e.completed_at,
        e.current_step_id, e.completed_steps, e.total_steps, e.is_revisiting, e.pause_reason,
        e.paused_at, e.deadline_at, e.idempotency_key, e.input_hash, e.root_execution_id,
        e.parent_result_id, e.depth, e.metadata, '{}', '{}', '{}', '{}', '{}', '{}',
        '{}', '{}'
    into v_run
    from pbdb.playbook_executions as e
    where e.id = p_execution_id;
    if not found then
        return null;
    end if;
    return v_run;
end;
$fn$;

comment on function pbdb._load_run(uuid) is
'An execution, which the caller has locked, for work; null when there is none.';

revoke execute on function pbdb._load_run(uuid) from public;
