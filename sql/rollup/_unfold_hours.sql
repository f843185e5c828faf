-- drop: function pbdb._unfold_hours(uuid[], uuid[], xid8[], pbdb.playbook_execution_status[], bigint[], timestamptz[])
create or replace function pbdb._unfold_hours(
    p_organization_ids uuid[],
    p_playbook_ids uuid[],
    p_finished_xids xid8[],
    p_statuses pbdb.playbook_execution_status[],
    p_durations_ms bigint[],
    p_completed_ats timestamptz[]
)
returns void
language sql
volatile
security invoker
begin atomic
    with gone as (
        select
            g.organization_id,
            g.playbook_id,
            date_trunc('hour', g.completed_at, 'UTC') as hour,
            g.status,
            pbdb._duration_class(g.duration_ms) as duration_class,
            count(*) as executions,
            coalesce(sum(g.duration_ms), 0) as duration_sum_ms
        from unnest(
            p_organization_ids, p_playbook_ids, p_finished_xids, p_statuses, p_durations_ms,
            p_completed_ats
        ) as g (
            organization_id, playbook_id, finished_xid, status, duration_ms, completed_at
        )
        inner join pbdb.playbook_execution_rollups as r
            on
                g.organization_id = r.organization_id and g.playbook_id = r.playbook_id
                and g.finished_xid < r.horizon
        group by 1, 2, 3, 4, 5
    )

    update pbdb.playbook_execution_hours as h
    set
        execution_count = h.execution_count - gone.executions,
        duration_sum_ms = h.duration_sum_ms - gone.duration_sum_ms
    from gone
    where
        h.organization_id = gone.organization_id
        and h.playbook_id = gone.playbook_id
        and h.hour = gone.hour
        and h.status = gone.status
        and h.duration_class = gone.duration_class;
end;

comment on function pbdb._unfold_hours(
    uuid[], uuid[], xid8[], pbdb.playbook_execution_status[], bigint[], timestamptz[]
) is
'Takes executions that stop being finished out of the counts by hour that hold them; one array '
'element each. Call it while the roll-ups of their playbooks are locked.';

revoke execute on function pbdb._unfold_hours(
    uuid[], uuid[], xid8[], pbdb.playbook_execution_status[], bigint[], timestamptz[]
) from public;
