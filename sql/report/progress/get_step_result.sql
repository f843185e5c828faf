-- drop: function pbdb.get_step_result(uuid)
--
-- Longer than a screen because of its columns.
create or replace function pbdb.get_step_result(p_step_result_id uuid)
returns table (
    step_result_id uuid,
    execution_id uuid,
    step_id uuid,
    step_name varchar(255),
    step_type pbdb.playbook_step_type,
    branch varchar(255),
    item_index int,
    item jsonb,
    visit int,
    attempt_number int,
    status pbdb.step_result_status,
    input_data jsonb,
    request jsonb,
    output_data jsonb,
    error_code text,
    error_message text,
    error_stack text,
    error_details jsonb,
    is_lost boolean,
    worker text,
    answers jsonb,
    child_execution_ids uuid[],
    model text,
    input_tokens bigint,
    output_tokens bigint,
    cost_usd numeric,
    latency_ms bigint,
    usage_details jsonb,
    metadata jsonb,
    created_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint
)
language sql
stable
security invoker
begin atomic
    select
        r.id,
        r.execution_id,
        r.step_id,
        s.step_name,
        s.step_type,
        c.branch,
        c.item_index,
        c.item,
        r.visit,
        r.attempt_number,
        r.status,
        -- Null is the input of the execution as it was then, unless none was built: a mapping that
        -- failed, or a condition that did not hold.
        coalesce(r.input_data, case
            when s.input_mapping = '{}' and (r.status <> 'SKIPPED' or r.error_code is not null)
                then coalesce(
                    (
                        select i.input_data
                        from pbdb.playbook_replaced_inputs as i
                        where
                            i.organization_id = r.organization_id
                            and i.execution_id = r.execution_id
                            and i.replaced_at > r.created_at
                        order by i.replaced_at
                        limit 1
                    ),
                    e.input_data
                )
        end),
        r.request,
        r.output_data,
        r.error_code,
        r.error_message,
        r.error_stack,
        r.error_details,
        r.is_lost,
        r.worker,
        case
            when r.metadata ? 'answers' then r.metadata -> 'answers'
            when r.metadata ? 'answered_by' then jsonb_build_array(jsonb_build_object(
                'answer', r.output_data,
                'answered_by', r.metadata -> 'answered_by',
                'answered_at', r.completed_at
            ))
        end,
        array(
            select child.id
            from pbdb.playbook_executions as child
            where
                child.organization_id = r.organization_id
                and child.root_execution_id = coalesce(e.root_execution_id, e.id)
                and child.parent_result_id = r.id
            order by child.id
        ),
        u.model,
        u.input_tokens,
        u.output_tokens,
        u.cost_usd,
        u.latency_ms,
        u.details,
        r.metadata,
        r.created_at,
        r.started_at,
        r.completed_at,
        r.duration_ms
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_executions as e
        on r.organization_id = e.organization_id and r.execution_id = e.id
    inner join pbdb.playbook_steps as s
        on r.organization_id = s.organization_id and r.step_id = s.id
    left join pbdb.playbook_scopes as c
        on r.organization_id = c.organization_id and r.scope_id = c.id
    left join pbdb.playbook_usage as u
        on r.organization_id = u.organization_id and r.id = u.result_id
    where r.id = p_step_result_id;
end;

comment on function pbdb.get_step_result(uuid) is
'One attempt of one step with all that went in and came out: the input as the step read it (null '
'when it was skipped before one was built), the settings with expressions resolved (request), '
'output or error with stack and details, the branch or item, who answered (a list of {answer, '
'answered_by, answered_at}; null when nobody did), the executions that it started, and what it '
'used. No row when the attempt is unknown.';

revoke execute on function pbdb.get_step_result(uuid) from public;
grant execute on function pbdb.get_step_result(uuid) to pbdb_app, pbdb_monitor;
