-- drop: function pbdb._prunable(uuid, timestamptz, timestamptz, pbdb.playbook_execution_status[], text)
--
-- Heads of families only: a child is its parent's history and goes with it. One whose parent was
-- deleted with its playbook is head of its own.
create or replace function pbdb._prunable(
    p_organization_id uuid,
    p_before timestamptz,
    p_from timestamptz,
    p_statuses pbdb.playbook_execution_status[],
    p_playbook_name text
)
returns table (
    execution_id uuid,
    playbook_id uuid,
    status pbdb.playbook_execution_status,
    completed_at timestamptz
)
language sql
stable
security invoker
begin atomic
    select e.id, e.playbook_id, e.status, e.completed_at
    from pbdb.playbook_executions as e
    where
        e.organization_id = p_organization_id
        and e.completed_at < p_before
        and e.completed_at >= p_from
        and (p_statuses is null or e.status = any(p_statuses))
        and (
            p_playbook_name is null
            or exists (
                select from pbdb.playbooks as p
                where
                    p.organization_id = p_organization_id and p.id = e.playbook_id
                    and p.name = p_playbook_name
            )
        )
        and (
            e.root_execution_id is null
            or not exists (
                select from pbdb.playbook_executions as r
                where r.organization_id = p_organization_id and r.id = e.root_execution_id
            )
        )
        -- Somebody may have retried a child by itself: the family is not over before all of it is.
        and not exists (
            select from pbdb.playbook_executions as c
            where
                c.organization_id = p_organization_id and c.root_execution_id = e.id
                and (c.completed_at is null or c.completed_at >= p_before)
        );
end;

comment on function pbdb._prunable(
    uuid, timestamptz, timestamptz, pbdb.playbook_execution_status[], text
) is
'Executions of a tenant that ended from p_from to before p_before, with all that they called; what '
'was called by one that is still there is not listed. Null statuses and name: any.';

revoke execute on function pbdb._prunable(
    uuid, timestamptz, timestamptz, pbdb.playbook_execution_status[], text
) from public;
