-- drop: function pbdb.get_execution_timeline(uuid)
create or replace function pbdb.get_execution_timeline(p_execution_id uuid)
returns table (
    step_result_id uuid,
    step_id uuid,
    step_name varchar(255),
    step_type pbdb.playbook_step_type,
    step_order int,
    branch varchar(255),
    item_index int,
    visit int,
    attempt_number int,
    status pbdb.step_result_status,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint,
    worker text,
    is_lost boolean,
    error_code text,
    error_message text
)
language sql
stable
security invoker
begin atomic
    select
        r.id,
        r.step_id,
        s.step_name,
        s.step_type,
        s.step_order,
        c.branch,
        c.item_index,
        r.visit,
        r.attempt_number,
        r.status,
        r.started_at,
        r.completed_at,
        r.duration_ms,
        r.worker,
        r.is_lost,
        r.error_code,
        r.error_message
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_steps as s on r.step_id = s.id
    left join pbdb.playbook_scopes as c on r.scope_id = c.id
    where r.execution_id = p_execution_id
    order by r.id;
end;

comment on function pbdb.get_execution_timeline(uuid) is
'Every attempt of every step of an execution, in the order that they began: one row each, with the '
'branch or item that it ran in (null outside), the runner (null: the database itself) and the '
'error. No row when the execution is unknown.';

revoke execute on function pbdb.get_execution_timeline(uuid) from public;
grant execute on function pbdb.get_execution_timeline(uuid) to pbdb_app, pbdb_monitor;
