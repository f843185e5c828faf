-- drop: function pbdb.list_executions(uuid, pbdb.playbook_execution_status, uuid, integer, text, pbdb.playbook_execution_status[], text[], timestamptz, timestamptz, jsonb, text, text, boolean)
--
-- Definer with an explicit tenant, because under row level security a comparison of enums or of
-- JSON is not trusted to run before the policy, so that no index on them could be used.
-- Longer than a screen because of its columns.
create or replace function pbdb.list_executions(
    p_playbook_id uuid default null,
    p_status pbdb.playbook_execution_status default null,
    p_before_id uuid default null,
    p_limit int default 50,
    p_playbook_name text default null,
    p_statuses pbdb.playbook_execution_status[] default null,
    p_sources text[] default null,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_metadata jsonb default null,
    p_search text default null,
    p_error_code text default null,
    p_with_children boolean default false
)
returns table (
    execution_id uuid,
    playbook_id uuid,
    playbook_name varchar(255),
    version int,
    execution_name varchar(255),
    status pbdb.playbook_execution_status,
    trigger_source varchar(50),
    triggered_by uuid,
    error_code text,
    error_message text,
    completed_steps int,
    total_steps int,
    created_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint,
    pause_reason text,
    current_step_name varchar(255),
    deadline_at timestamptz,
    parent_execution_id uuid
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_filter pbdb.execution_filter := pbdb._execution_filter(
        p_playbook_id, p_playbook_name, p_status, p_statuses, p_sources, p_from, p_to,
        p_metadata, p_search, p_error_code, p_with_children
    );
begin
    perform pbdb._check_page(p_limit, 'executions', 'p_before_id = the last execution_id');
    v_filter.to_id := least(v_filter.to_id, p_before_id);

    return query
    select
        e.id, e.playbook_id, p.name, p.version, e.execution_name, e.status, e.trigger_source,
        e.triggered_by, e.error_code, e.error_message, e.completed_steps, e.total_steps,
        e.created_at, e.started_at, e.completed_at, e.duration_ms, e.pause_reason, s.step_name,
        e.deadline_at, r.execution_id
    from unnest(pbdb._matching_executions(v_filter, p_limit)) as found (id)
    inner join pbdb.playbook_executions as e
        on e.organization_id = v_filter.organization_id and e.id = found.id
    inner join pbdb.playbooks as p
        on e.organization_id = p.organization_id and e.playbook_id = p.id
    left join pbdb.playbook_steps as s
        on e.organization_id = s.organization_id and e.current_step_id = s.id
    left join pbdb.playbook_step_results as r
        on e.organization_id = r.organization_id and e.parent_result_id = r.id
    order by e.id desc;
end;
$fn$;

comment on function pbdb.list_executions(
    uuid, pbdb.playbook_execution_status, uuid, int, text, pbdb.playbook_execution_status[],
    text[], timestamptz, timestamptz, jsonb, text, text, boolean
) is
'Executions of the tenant, newest first, that pass every filter which is not null: a playbook by '
'id (one version) or by name (all), statuses, trigger sources, started from p_from to before '
'p_to, metadata that contains p_metadata, an id, name or idempotency key that begins with '
'p_search, an error code. Those that other executions started are left out unless '
'p_with_children. No payloads: get_execution has them. At most p_limit (1 to 1000); the next page '
'is the same call with p_before_id = the last execution_id. Raises PB017 on another limit, and '
'when p_metadata is no object.';

revoke execute on function pbdb.list_executions(
    uuid, pbdb.playbook_execution_status, uuid, int, text, pbdb.playbook_execution_status[],
    text[], timestamptz, timestamptz, jsonb, text, text, boolean
) from public;
grant execute on function pbdb.list_executions(
    uuid, pbdb.playbook_execution_status, uuid, int, text, pbdb.playbook_execution_status[],
    text[], timestamptz, timestamptz, jsonb, text, text, boolean
) to pbdb_app;
