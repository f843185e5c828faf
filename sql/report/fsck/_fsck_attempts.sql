-- drop: function pbdb._fsck_attempts()
create or replace function pbdb._fsck_attempts()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        'a visit has more than one open attempt',
        r.organization_id, r.execution_id, min(r.id::text)::uuid,
        format('step %s visit %s has %s', r.step_id, r.visit, count(*))
    from pbdb.playbook_step_results as r
    where r.status in ('PENDING', 'RUNNING')
    group by r.organization_id, r.execution_id, r.step_id, r.scope_id, r.visit
    having count(*) > 1
    union all
    select
        'a visit was completed more than once',
        r.organization_id, r.execution_id, min(r.id::text)::uuid,
        format('step %s visit %s has %s completions', r.step_id, r.visit, count(*))
    from pbdb.playbook_step_results as r
    where r.status = 'COMPLETED'
    group by r.organization_id, r.execution_id, r.step_id, r.scope_id, r.visit
    having count(*) > 1
    union all
    select
        'attempts of a visit are not numbered from 1', r.organization_id, r.execution_id,
        min(r.id::text)::uuid,
        format(
            'step %s visit %s has %s attempts up to %s', r.step_id, r.visit, count(*),
            max(r.attempt_number)
        )
    from pbdb.playbook_step_results as r
    group by r.organization_id, r.execution_id, r.step_id, r.scope_id, r.visit
    having max(r.attempt_number) <> count(*)
    union all
    select
        case
            when r.visit > s.max_visits then 'a step was entered more often than max_visits'
            else 'a step was attempted more often than its retries allow'
        end, r.organization_id, r.execution_id, r.id,
        format('step "%s": visit %s, attempt %s', s.step_name, r.visit, r.attempt_number)
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_steps as s on s.id = r.step_id
    inner join pbdb.playbooks as p on p.id = s.playbook_id
    where
        -- While an execution is paused, the place before one visit more may be kept, and cancelled.
        (r.visit > s.max_visits and (r.started_at is not null or r.visit > s.max_visits + 1))
        or r.attempt_number > coalesce(s.max_retries, p.max_retries) + 1;
end;

comment on function pbdb._fsck_attempts() is
'Invariant: a visit has at most one open attempt and one accepted completion, and attempts and '
'visits stay within their limits. A row for each violation.';

revoke execute on function pbdb._fsck_attempts() from public;
