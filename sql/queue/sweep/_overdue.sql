-- drop: function pbdb._overdue(int, uuid)
--
-- The time stands in subqueries: as a volatile function it could not bound an index scan. Longer
-- than a screen because it is one union of everything that time ends.
create or replace function pbdb._overdue(p_limit int, p_organization_id uuid default null)
returns table (kind text, organization_id uuid, id uuid)
language sql
volatile
security invoker
begin atomic
(
    select 'execution', e.organization_id, e.id
    from pbdb.playbook_executions as e
    where
        (p_organization_id is null or e.organization_id = p_organization_id)
        and e.status in ('PENDING', 'RUNNING') and e.deadline_at <= (select clock_timestamp())
        and not exists (
            select from pbdb.playbook_setbacks as s
            where
                s.organization_id = e.organization_id and s.subject_id = e.id
                and s.not_before > (select clock_timestamp())
        )
    order by e.deadline_at
    limit p_limit
)
union all
(
    select 'step', q.organization_id, q.result_id
    from pbdb.playbook_ready_steps as q
    where
        (p_organization_id is null or q.organization_id = p_organization_id)
        and q.state in ('LEASED', 'WAITING') and q.due_at <= (select clock_timestamp())
        and not exists (
            select from pbdb.playbook_setbacks as s
            where
                s.organization_id = q.organization_id and s.subject_id = q.result_id
                and s.not_before > (select clock_timestamp())
        )
    order by q.due_at
    limit p_limit
)
union all
(
    select 'step', q.organization_id, q.result_id
    from pbdb.playbook_ready_steps as q
    where
        (p_organization_id is null or q.organization_id = p_organization_id)
        and q.handler is null and q.waits_for = 'ENGINE' and q.state = 'READY'
        and q.due_at <= (select clock_timestamp())
        and not exists (
            select from pbdb.playbook_setbacks as s
            where
                s.organization_id = q.organization_id and s.subject_id = q.result_id
                and s.not_before > (select clock_timestamp())
        )
    order by q.due_at
    limit p_limit
)
union all
(
    select 'event', e.organization_id, e.id
    from pbdb._missed_events(p_organization_id) as e
    where not exists (
        select from pbdb.playbook_setbacks as s
        where
            s.organization_id = e.organization_id and s.subject_id = e.id
            and s.not_before > (select clock_timestamp())
    )
    order by e.id
    limit p_limit
);
end;

comment on function pbdb._overdue(int, uuid) is
'What a sweep should look at: executions past their deadline, steps past their lease or time, '
'events that a wait missed; not what is put aside. Of every tenant, or of one.';

revoke execute on function pbdb._overdue(int, uuid) from public;
