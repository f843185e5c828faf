-- drop: function pbdb.get_execution_timeline(uuid, uuid, integer, text, boolean, pbdb.step_result_status[], integer)
create or replace function pbdb.get_execution_timeline(
    p_execution_id uuid,
    p_after_id uuid default null,
    p_limit int default null,
    p_step_name text default null,
    p_only_open_or_failed boolean default false,
    p_statuses pbdb.step_result_status[] default null,
    p_item_index int default null
)
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
    error_message text,
    error_stack text,
    error_details jsonb
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
        r.error_message,
        r.error_stack,
        r.error_details
    from pbdb.playbook_executions as e
    inner join pbdb.playbook_step_results as r
        on e.organization_id = r.organization_id and e.id = r.execution_id
    inner join pbdb.playbook_steps as s
        on r.organization_id = s.organization_id and r.step_id = s.id
    left join pbdb.playbook_scopes as c
        on r.organization_id = c.organization_id and r.scope_id = c.id
    where
        e.id = p_execution_id
        and (p_after_id is null or r.id > p_after_id)
        and (p_step_name is null or s.step_name = p_step_name)
        and (
            p_only_open_or_failed is not true
            or r.status in ('PENDING', 'RUNNING', 'FAILED', 'TIMEOUT')
        )
        and (p_statuses is null or r.status = any(p_statuses))
        and (p_item_index is null or c.item_index = p_item_index)
    order by r.id
    limit case when p_limit < 0 then 0 else p_limit end;
end;

comment on function pbdb.get_execution_timeline(
    uuid, uuid, int, text, boolean, pbdb.step_result_status [], int
) is
'Every attempt of every step of an execution, in the order that they began: one row each, with the '
'branch or item that it ran in (null outside), the runner (null: the database itself) and the '
'error. Of one step when p_step_name says so, of one item of a for_each when p_item_index does '
'(from 0), of some statuses when p_statuses does, and only what is open or went wrong when '
'p_only_open_or_failed does. At most p_limit (null: all); the next page is the call with '
'p_after_id = the last step_result_id. No row when the execution is unknown.';

revoke execute on function pbdb.get_execution_timeline(
    uuid, uuid, int, text, boolean, pbdb.step_result_status [], int
) from public;
grant execute on function pbdb.get_execution_timeline(
    uuid, uuid, int, text, boolean, pbdb.step_result_status [], int
) to pbdb_app, pbdb_monitor;
