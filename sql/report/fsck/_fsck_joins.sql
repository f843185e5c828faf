-- drop: function pbdb._fsck_joins()
create or replace function pbdb._fsck_joins()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        'the counters of a join are not those of its branches', j.organization_id, j.execution_id,
        j.result_id,
        format(
            'open %s/%s, succeeded %s/%s, failed %s/%s', j.open_count, s.open_count,
            j.succeeded_count, s.succeeded_count, j.failed_count, s.failed_count
        )
    from pbdb.playbook_joins as j
    cross join lateral (
        select
            count(*) filter (where s.status = 'RUNNING') as open_count,
            count(*) filter (where s.status = 'COMPLETED') as succeeded_count,
            count(*) filter (where s.status = 'FAILED') as failed_count
        from pbdb.playbook_scopes as s
        where
            s.organization_id = j.organization_id and s.execution_id = j.execution_id
            and s.parent_result_id = j.result_id
    ) as s
    where
        (j.open_count, j.succeeded_count, j.failed_count)
        is distinct from (s.open_count, s.succeeded_count, s.failed_count)
    union all
    select
        'a join is open though its attempt has ended',
        j.organization_id, j.execution_id, j.result_id,
        coalesce(r.status::text, 'the attempt is missing')
    from pbdb.playbook_joins as j
    left join pbdb.playbook_step_results as r on r.id = j.result_id
    where r.id is null or r.status <> 'RUNNING'
    union all
    select
        'a parallel step ended before its branches', s.organization_id, s.execution_id, r.id,
        format('branch "%s" item %s is RUNNING', s.branch, s.item_index)
    from pbdb.playbook_scopes as s
    inner join pbdb.playbook_step_results as r on r.id = s.parent_result_id
    where s.status = 'RUNNING' and r.status not in ('PENDING', 'RUNNING')
    union all
    select
        'an ended branch has an open attempt', r.organization_id, r.execution_id, r.id,
        format('branch "%s" is %s, the attempt %s', s.branch, s.status, r.status)
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_scopes as s
        on s.organization_id = r.organization_id and s.id = r.scope_id
    where r.status in ('PENDING', 'RUNNING') and s.status <> 'RUNNING';
end;

comment on function pbdb._fsck_joins() is
'Invariant: a join counts what its branches say, and ends after them. A row for each violation.';

revoke execute on function pbdb._fsck_joins() from public;
