-- drop: function pbdb._insert_executions(pbdb.run[])
create or replace function pbdb._insert_executions(p_runs pbdb.run[])
returns void
language sql
volatile
security invoker
begin atomic
insert into pbdb.playbook_executions (
    id, playbook_id, organization_id, execution_name, status, triggered_by, trigger_source,
    input_data, output_data, error_code, error_message, error_stack, started_at, completed_at,
    current_step_id, completed_steps, total_steps, handled_error, pause_reason, paused_at,
    deadline_at, idempotency_key, root_execution_id, parent_result_id, depth,
    finished_xid, metadata, created_at, updated_at
)
select
    r.execution_id, r.playbook_id, r.organization_id, r.execution_name, r.status,
    r.triggered_by, r.trigger_source, r.input, r.output, r.error_code, r.error_message,
    r.error_stack, r.started_at, r.completed_at, r.current_step_id, r.completed_steps,
    r.total_steps, r.handled_error, r.pause_reason, r.paused_at, r.deadline_at,
    r.idempotency_key, r.root_execution_id, r.parent_result_id, r.depth,
    case when r.completed_at is not null then pg_current_xact_id() end, r.metadata,
    r.started_at, r.started_at
from unnest(p_runs) as r
where r.is_new;
end;

comment on function pbdb._insert_executions(pbdb.run[]) is
'Writes the rows of executions that are new.';

revoke execute on function pbdb._insert_executions(pbdb.run[]) from public;
