-- drop: function pbdb._fsck_liveness()
--
-- A live execution moves because a step is queued, leased or waiting. A paused one must not have
-- work that could be claimed, and one that waits must wait for something.
create or replace function pbdb._fsck_liveness()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        case
            when e.status = 'RUNNING' then 'a running execution has nothing that could move it'
            else 'a waiting execution waits for nothing'
        end, e.organization_id, e.id, null::uuid, format(
            'status %s, updated %s', e.status, e.updated_at
        )
    from pbdb.playbook_executions as e
    where
        (e.status = 'RUNNING' or (e.status = 'PAUSED' and e.pause_reason = 'waiting'))
        and not exists (
            select from pbdb.playbook_ready_steps as q
            where
                q.organization_id = e.organization_id and q.execution_id = e.id
                and (e.status = 'RUNNING' or q.state = 'WAITING')
        )
    union all
    select
        'a paused execution has a step that could be claimed', e.organization_id, e.id, q.result_id,
        format('paused: %s, step: %s', e.pause_reason, coalesce(q.handler, q.waits_for::text))
    from pbdb.playbook_executions as e
    inner join pbdb.playbook_ready_steps as q
        on q.organization_id = e.organization_id and q.execution_id = e.id
    where e.status = 'PAUSED' and q.state = 'READY'
    union all
    select
        'a held step belongs to an execution that is not paused',
        e.organization_id, e.id, q.result_id,
        e.status::text
    from pbdb.playbook_ready_steps as q
    inner join pbdb.playbook_executions as e on e.id = q.execution_id
    where q.state = 'HELD' and e.status <> 'PAUSED'
    union all
    select
        'a child execution is live though nobody waits for it', e.organization_id, e.id,
        e.parent_result_id, e.status::text
    from pbdb.playbook_executions as e
    where
        e.parent_result_id is not null and e.completed_at is null and not e.is_revisiting
        and not exists (
            select from pbdb.playbook_ready_steps as q where q.result_id = e.parent_result_id
        );
end;

comment on function pbdb._fsck_liveness() is
'Invariant: every live execution has something that can move it. A row for each violation.';

revoke execute on function pbdb._fsck_liveness() from public;
