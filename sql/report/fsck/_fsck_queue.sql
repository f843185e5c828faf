-- drop: function pbdb._fsck_queue()
--
-- Each row of the ready table stands for an attempt that is PENDING (to be claimed, or held) or
-- RUNNING (leased, or waiting); each open attempt stands in the ready table, except a parallel
-- step, which has a join instead.
create or replace function pbdb._fsck_queue()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        case
            when r.id is null or r.status not in ('PENDING', 'RUNNING')
                then 'a queued step has no open attempt'
            when q.state in ('READY', 'HELD') and r.status <> 'PENDING' and q.handler is not null
                then 'a step that may be claimed is not PENDING'
            when q.state in ('LEASED', 'WAITING') and r.status <> 'RUNNING'
                then 'a leased or waiting step is not RUNNING'
            when q.state = 'LEASED' and q.token is distinct from r.token
                then 'the token of a lease is not the token of its attempt'
            when q.execution_id <> r.execution_id
                then 'a queued step and its attempt belong to different executions'
        end, q.organization_id, q.execution_id, q.result_id,
        format(
            'queue: %s %s, attempt: %s', q.state, coalesce(q.handler, q.waits_for::text),
            coalesce(r.status::text, 'missing')
        )
    from pbdb.playbook_ready_steps as q
    left join pbdb.playbook_step_results as r on r.id = q.result_id
    where
        r.id is null or r.status not in ('PENDING', 'RUNNING')
        or (q.state in ('READY', 'HELD') and r.status <> 'PENDING' and q.handler is not null)
        or (q.state in ('LEASED', 'WAITING') and r.status <> 'RUNNING')
        or (q.state = 'LEASED' and q.token is distinct from r.token)
        or q.execution_id <> r.execution_id
    union all
    select
        'an open attempt is queued nowhere', r.organization_id, r.execution_id, r.id,
        format('attempt %s of step %s is %s', r.attempt_number, r.step_id, r.status)
    from pbdb.playbook_step_results as r
    where
        r.status in ('PENDING', 'RUNNING')
        and not exists (
            select from pbdb.playbook_ready_steps as q
            where
                q.organization_id = r.organization_id and q.execution_id = r.execution_id
                and q.result_id = r.id
        )
        and not exists (
            select from pbdb.playbook_joins as j
            where
                j.organization_id = r.organization_id and j.execution_id = r.execution_id
                and j.result_id = r.id
        );
end;

comment on function pbdb._fsck_queue() is
'Invariant: every queued step has an open attempt in the state that its queue state says, and the '
'other way round. A row for each violation.';

revoke execute on function pbdb._fsck_queue() from public;
