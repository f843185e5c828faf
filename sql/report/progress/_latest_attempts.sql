-- drop: function pbdb._latest_attempts(uuid, uuid)
--
-- Without nested loops: the planner expects few rows of one execution, and would compare two
-- thousand attempts with as many branches one by one.
create or replace function pbdb._latest_attempts(p_organization_id uuid, p_execution_id uuid)
returns table (
    step_id uuid,
    status pbdb.step_result_status,
    is_waiting boolean,
    branch_total bigint,
    branch_completed_count bigint,
    branch_failed_count bigint
)
language sql
stable
security invoker
set enable_nestloop = off
begin atomic
    with latest as materialized (
        select distinct on (r.step_id, r.scope_id) r.id, r.step_id, r.scope_id, r.status
        from pbdb.playbook_step_results as r
        where r.organization_id = p_organization_id and r.execution_id = p_execution_id
        order by r.step_id asc, r.scope_id asc, r.visit desc, r.attempt_number desc
    ),

    scopes as materialized (
        select
            c.id, c.path, c.parent_result_id, c.status,
            -- Of an earlier visit, or made again after a failure.
            c.parent_result_id not in (select latest.id from latest) as is_replaced
        from pbdb.playbook_scopes as c
        where c.organization_id = p_organization_id and c.execution_id = p_execution_id
    ),

    branches as (
        select
            scopes.parent_result_id,
            count(*) as total,
            count(*) filter (where scopes.status = 'COMPLETED') as completed,
            count(*) filter (where scopes.status in ('FAILED', 'TIMEOUT')) as failed
        from scopes
        group by scopes.parent_result_id
    )

    select
        latest.step_id,
        latest.status,
        coalesce(q.state = 'WAITING', false),
        coalesce(j.total, branches.total),
        coalesce(branches.completed, case when j.total is not null then 0 end),
        coalesce(branches.failed, case when j.total is not null then 0 end)
    from latest
    left join scopes on latest.scope_id = scopes.id
    left join branches on latest.id = branches.parent_result_id
    left join (
        select ready.result_id, ready.state
        from pbdb.playbook_ready_steps as ready
        where
            ready.organization_id = p_organization_id and ready.execution_id = p_execution_id
    ) as q on latest.id = q.result_id
    left join (
        select joined.result_id, joined.total
        from pbdb.playbook_joins as joined
        where
            joined.organization_id = p_organization_id and joined.execution_id = p_execution_id
    ) as j on latest.id = j.result_id
    where
        scopes.path is null
        or not scopes.path && array(select gone.id from scopes as gone where gone.is_replaced);
end;

comment on function pbdb._latest_attempts(uuid, uuid) is
'The attempts that say how an execution of a tenant stands: of each step the latest one, in each '
'branch and item that still counts; with how the branches of a PARALLEL_EXECUTION step stand '
'(null for other steps).';

revoke execute on function pbdb._latest_attempts(uuid, uuid) from public;
