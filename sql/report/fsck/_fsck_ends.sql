-- drop: function pbdb._fsck_ends()
create or replace function pbdb._fsck_ends()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        'an ended execution has an open attempt', e.organization_id, e.id, r.id,
        format('the execution is %s, the attempt %s', e.status, r.status)
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_executions as e on e.id = r.execution_id
    where r.status in ('PENDING', 'RUNNING') and e.completed_at is not null
    union all
    select
        'an ended execution has a queued step', e.organization_id, e.id, q.result_id,
        format('the execution is %s, the step %s', e.status, q.state)
    from pbdb.playbook_ready_steps as q
    inner join pbdb.playbook_executions as e on e.id = q.execution_id
    where e.completed_at is not null
    union all
    select
        'an ended execution has an open join', e.organization_id, e.id, j.result_id, e.status::text
    from pbdb.playbook_joins as j
    inner join pbdb.playbook_executions as e on e.id = j.execution_id
    where e.completed_at is not null
    union all
    select
        'an ended execution has an open branch', e.organization_id, e.id, s.parent_result_id,
        format('branch "%s" item %s', s.branch, s.item_index)
    from pbdb.playbook_scopes as s
    inner join pbdb.playbook_executions as e on e.id = s.execution_id
    where s.status = 'RUNNING' and e.completed_at is not null;
end;

comment on function pbdb._fsck_ends() is
'Invariant: nothing is open after the end of an execution. A row for each violation.';

revoke execute on function pbdb._fsck_ends() from public;
