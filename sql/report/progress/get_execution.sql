-- drop: function pbdb.get_execution(uuid)
--
-- Longer than a screen because of its columns.
create or replace function pbdb.get_execution(p_execution_id uuid)
returns table (
    execution_id uuid,
    playbook_id uuid,
    playbook_name varchar(255),
    version int,
    execution_name varchar(255),
    status pbdb.playbook_execution_status,
    progress_percentage int,
    current_step_name varchar(255),
    completed_steps int,
    total_steps int,
    elapsed_time_ms bigint,
    pause_reason text,
    paused_at timestamptz,
    deadline_at timestamptz,
    trigger_source varchar(50),
    triggered_by uuid,
    idempotency_key text,
    input_data jsonb,
    output_data jsonb,
    error_code text,
    error_message text,
    error_stack text,
    parent_execution_id uuid,
    parent_step_name varchar(255),
    root_execution_id uuid,
    metadata jsonb,
    input_tokens bigint,
    output_tokens bigint,
    cost_usd numeric,
    created_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint,
    updated_at timestamptz
)
language sql
stable
security invoker
begin atomic
    select
        e.id,
        e.playbook_id,
        p.name,
        p.version,
        e.execution_name,
        e.status,
        g.progress_percentage,
        g.current_step_name,
        e.completed_steps,
        e.total_steps,
        g.elapsed_time_ms,
        e.pause_reason,
        e.paused_at,
        e.deadline_at,
        e.trigger_source,
        e.triggered_by,
        e.idempotency_key,
        e.input_data,
        e.output_data,
        e.error_code,
        e.error_message,
        e.error_stack,
        caller.execution_id,
        calling.step_name,
        e.root_execution_id,
        e.metadata,
        used.input_tokens,
        used.output_tokens,
        used.cost_usd,
        e.created_at,
        e.started_at,
        e.completed_at,
        e.duration_ms,
        e.updated_at
    from pbdb.playbook_executions as e
    inner join pbdb.playbooks as p
        on e.organization_id = p.organization_id and e.playbook_id = p.id
    cross join lateral pbdb.get_execution_progress(e.id) as g
    left join pbdb.playbook_step_results as caller
        on e.organization_id = caller.organization_id and e.parent_result_id = caller.id
    left join pbdb.playbook_steps as calling
        on caller.organization_id = calling.organization_id and caller.step_id = calling.id
    cross join lateral (
        select
            coalesce(sum(u.input_tokens), 0)::bigint as input_tokens,
            coalesce(sum(u.output_tokens), 0)::bigint as output_tokens,
            sum(u.cost_usd) as cost_usd
        from pbdb.playbook_usage as u
        where u.organization_id = e.organization_id and u.execution_id = e.id
    ) as used
    where e.id = p_execution_id;
end;

comment on function pbdb.get_execution(uuid) is
'Everything about one execution in one row: what it runs, where it stands (as '
'get_execution_progress), its input, its output or error, who called it (null for a root), and '
'the tokens and cost of its own steps (cost null when no price is known; what the playbooks that '
'it called used is theirs). No row when the execution is unknown.';

revoke execute on function pbdb.get_execution(uuid) from public;
grant execute on function pbdb.get_execution(uuid) to pbdb_app, pbdb_monitor;
