-- drop: function pbdb.list_executions(uuid, pbdb.playbook_execution_status, uuid, integer)
--
-- Definer with an explicit tenant filter, because under row level security a comparison of enums is
-- not trusted to run before the policy, so that no index on status could be used. Built from text,
-- so that each combination of filters gets its own plan; the text holds no value.
create or replace function pbdb.list_executions(
    p_playbook_id uuid default null,
    p_status pbdb.playbook_execution_status default null,
    p_before_id uuid default null,
    p_limit int default 50
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
    duration_ms bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot list %s executions', coalesce(p_limit::text, 'null')),
            hint = 'Pass 1 to 1000; for the next page pass p_before_id = the last execution_id.';
    end if;

    return query execute concat(
        'select e.id, e.playbook_id, p.name, p.version, e.execution_name, e.status, '
        'e.trigger_source, e.triggered_by, e.error_code, e.error_message, e.completed_steps, '
        'e.total_steps, e.created_at, e.started_at, e.completed_at, e.duration_ms '
        'from pbdb.playbook_executions as e '
        'inner join pbdb.playbooks as p on e.playbook_id = p.id '
        'where e.organization_id = $1 and p.organization_id = $1',
        case when p_playbook_id is not null then ' and e.playbook_id = $2' end,
        case when p_status is not null then ' and e.status = $3' end,
        case when p_before_id is not null then ' and e.id < $4' end,
        ' order by e.id desc limit $5'
    )
    using pbdb.current_organization_id(), p_playbook_id, p_status, p_before_id, p_limit;
end;
$fn$;

comment on function pbdb.list_executions(uuid, pbdb.playbook_execution_status, uuid, int) is
'Executions of the tenant, newest first, all or those of one playbook version or status. At most '
'p_limit (1 to 1000); the next page is the call with p_before_id = the last execution_id. Raises '
'PB017 on another limit.';

revoke execute on function pbdb.list_executions(
    uuid, pbdb.playbook_execution_status, uuid, int
) from public;
grant execute on function pbdb.list_executions(
    uuid, pbdb.playbook_execution_status, uuid, int
) to pbdb_app;
