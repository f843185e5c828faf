-- drop: function pbdb.count_prunable_executions(timestamptz, pbdb.playbook_execution_status[], text)
--
-- Definer, as prune_executions.
create or replace function pbdb.count_prunable_executions(
    p_before timestamptz,
    p_statuses pbdb.playbook_execution_status[] default null,
    p_playbook_name text default null
)
returns table (
    playbook_name text,
    status pbdb.playbook_execution_status,
    execution_count bigint,
    oldest_at timestamptz,
    newest_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_organization_id uuid := pbdb.require_organization();
begin
    perform pbdb._check_before(p_before);
    return query
    select
        p.name::text, c.status, count(*), min(c.completed_at), max(c.completed_at)
    from pbdb._prunable(
        v_organization_id, p_before, '-infinity', p_statuses, p_playbook_name
    ) as c
    inner join pbdb.playbooks as p
        on p.organization_id = v_organization_id and c.playbook_id = p.id
    group by p.name, c.status
    order by p.name, c.status;
end;
$fn$;

comment on function pbdb.count_prunable_executions(
    timestamptz, pbdb.playbook_execution_status[], text
) is
'What prune_executions would delete with the same filters: a row for each playbook and status, '
'without what these executions called, which goes with them. Changes nothing. Raises PB001, PB017.';

revoke execute on function pbdb.count_prunable_executions(
    timestamptz, pbdb.playbook_execution_status[], text
) from public;
grant execute on function pbdb.count_prunable_executions(
    timestamptz, pbdb.playbook_execution_status[], text
) to pbdb_app;
