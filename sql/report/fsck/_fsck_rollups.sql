-- drop: function pbdb._fsck_rollups()
create or replace function pbdb._fsck_rollups()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        'a roll-up differs from the executions below its horizon', r.organization_id, null::uuid,
        null::uuid,
        format(
            'playbook %s: the roll-up holds %s finished, %s completed, %s failed, %s ms; '
            'counted are %s, %s, %s, %s',
            r.playbook_id, r.finished_count, r.completed_count, r.failed_count, r.duration_sum_ms,
            e.finished, e.completed, e.failed, e.duration_sum_ms
        )
    from pbdb.playbook_execution_rollups as r
    cross join lateral (
        select
            count(*) as finished,
            count(*) filter (where x.status = 'COMPLETED') as completed,
            count(*) filter (where x.status = 'FAILED') as failed,
            coalesce(sum(x.duration_ms), 0) as duration_sum_ms
        from pbdb.playbook_executions as x
        where x.playbook_id = r.playbook_id and x.finished_xid < r.horizon
    ) as e
    where
        r.horizon <= pg_snapshot_xmin(pg_current_snapshot())
        and (r.finished_count, r.completed_count, r.failed_count, r.duration_sum_ms)
        <> (e.finished, e.completed, e.failed, e.duration_sum_ms)
    union all
    select
        'the counts by hour differ from the roll-up', r.organization_id, null, null,
        format(
            'playbook %s: the roll-up holds %s finished, %s completed, %s failed, %s ms; '
            'by hour they are %s, %s, %s, %s',
            r.playbook_id, r.finished_count, r.completed_count, r.failed_count, r.duration_sum_ms,
            h.finished, h.completed, h.failed, h.duration_sum_ms
        )
    from pbdb.playbook_execution_rollups as r
    cross join lateral (
        select
            coalesce(sum(x.execution_count), 0) as finished,
            coalesce(sum(x.execution_count) filter (where x.status = 'COMPLETED'), 0) as completed,
            coalesce(sum(x.execution_count) filter (where x.status = 'FAILED'), 0) as failed,
            coalesce(sum(x.duration_sum_ms), 0) as duration_sum_ms
        from pbdb.playbook_execution_hours as x
        where x.organization_id = r.organization_id and x.playbook_id = r.playbook_id
    ) as h
    where
        (r.finished_count, r.completed_count, r.failed_count, r.duration_sum_ms)
        <> (h.finished, h.completed, h.failed, h.duration_sum_ms);
end;

comment on function pbdb._fsck_rollups() is
'Invariant: a roll-up holds the finished executions below its horizon, no more and no less, and so '
'do its counts by hour. A row for each playbook where they do not.';

revoke execute on function pbdb._fsck_rollups() from public;
