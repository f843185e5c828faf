-- drop: function pbdb._lock_run(uuid)
--
-- The one order of locks: the root of a family of executions first, then this one. Everybody who changes an
-- execution comes through here, so nobody waits in a circle. Null when it does not exist.
create or replace function pbdb._lock_run(p_execution_id uuid)
returns pbdb.run
language plpgsql
volatile
as $fn$
declare
    v_run pbdb.run;
    v_root_id uuid;
begin
    select e.root_execution_id into v_root_id
    from pbdb.playbook_executions as e
    where e.id = p_execution_id;
    if v_root_id is not null then
        perform from pbdb.playbook_executions as e where e.id = v_root_id for update;
    end if;

    select
        e.id, e.organization_id, e.playbook_id, false, e.status, e.execution_name,
        e.triggered_by, e.trigger_source, e.input_data, e.output_data, e.error_code,
        e.error_message, e.error_stack, e.handled_error, e.started_at, e.completed_at,
        e.current_step_id, e.completed_steps, e.total_steps, e.is_revisiting, e.pause_reason,
        e.paused_at, e.deadline_at, e.idempotency_key, e.input_hash, e.root_execution_id,
        e.parent_result_id, e.depth, e.metadata, '{}', '{}', '{}', '{}', '{}', '{}'
    into v_run
    from pbdb.playbook_executions as e
    where e.id = p_execution_id
    for update;
    if not found then
        return null;
    end if;
    return v_run;
end;
$fn$;

comment on function pbdb._lock_run(uuid) is
'Locks an execution (after the root of its family) and gives it for work; null when there is none.';

revoke execute on function pbdb._lock_run(uuid) from public;
