-- drop: function pbdb.get_execution_result(uuid)
create or replace function pbdb.get_execution_result(p_execution_id uuid)
returns table (
    execution_id uuid,
    status pbdb.playbook_execution_status,
    output_data jsonb,
    error_code text,
    error_message text,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint
)
language sql
stable
security invoker
begin atomic
    select
        e.id,
        e.status,
        e.output_data,
        e.error_code,
        e.error_message,
        e.started_at,
        e.completed_at,
        e.duration_ms
    from pbdb.playbook_executions as e
    where e.id = p_execution_id;
end;

comment on function pbdb.get_execution_result(uuid) is
'What came of an execution: its output (null until COMPLETED) or its error, and when. No row when '
'the execution is unknown.';

revoke execute on function pbdb.get_execution_result(uuid) from public;
grant execute on function pbdb.get_execution_result(uuid) to pbdb_app, pbdb_monitor;
