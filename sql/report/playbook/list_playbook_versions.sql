-- drop: function pbdb.list_playbook_versions(text, integer, integer)
create or replace function pbdb.list_playbook_versions(
    p_name text, p_before_version int default null, p_limit int default 50
)
returns table (
    playbook_id uuid,
    version int,
    status pbdb.playbook_status,
    description text,
    total_steps int,
    has_source boolean,
    definition_hash text,
    created_by uuid,
    updated_by uuid,
    created_at timestamptz,
    updated_at timestamptz,
    activated_at timestamptz,
    activated_by text,
    execution_count bigint,
    completed_count bigint,
    failed_count bigint,
    running_count bigint,
    avg_duration_ms numeric,
    last_execution_at timestamptz
)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot list %s versions', coalesce(p_limit::text, 'null')),
            hint = 'Pass 1 to 1000; for the next page pass p_before_version = the last version.';
    end if;

    return query
    select
        p.id, p.version, p.status, p.description,
        (
            select count(*)::int
            from pbdb.playbook_steps as s
            where s.organization_id = p.organization_id and s.playbook_id = p.id
        ),
        exists (
            select
            from pbdb.playbook_sources as s
            where s.organization_id = p.organization_id and s.playbook_id = p.id
        ),
        p.definition_hash, p.created_by, p.updated_by, p.created_at, p.updated_at,
        p.activated_at,
        (
            select a.actor
            from pbdb.playbook_audit as a
            where
                a.organization_id = p.organization_id and a.object_id = p.id
                and a.action = 'playbook.activate'
            order by a.id desc
            limit 1
        ),
        c.execution_count, c.completed_count, c.failed_count, c.running_count,
        c.avg_duration_ms, c.last_created_at
    from pbdb.playbooks as p
    inner join pbdb.playbook_execution_counts as c on p.id = c.playbook_id
    where
        p.organization_id = pbdb.current_organization_id()
        and p.name = p_name
        and (p_before_version is null or p.version < p_before_version)
    order by p.version desc
    limit p_limit;
end;
$fn$;

comment on function pbdb.list_playbook_versions(text, int, int) is
'The versions of a playbook, newest first, each with how its executions went and whether its text '
'was kept as written. activated_by is who activated it last, as the audit has it (null: nobody '
'said who). No row when there is no playbook of that name. At most p_limit (1 to 1000); the next '
'page is the same call with p_before_version = the last version. Raises PB017 on another limit.';

revoke execute on function pbdb.list_playbook_versions(text, int, int) from public;
grant execute on function pbdb.list_playbook_versions(text, int, int) to pbdb_app;
