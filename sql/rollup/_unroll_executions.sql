-- drop: function pbdb._unroll_executions(uuid[], uuid[], xid8[], pbdb.playbook_execution_status[], bigint[], timestamptz[], timestamptz[])
--
-- The row of the roll-up is locked even when nothing is to be taken away, and made when it is
-- missing: otherwise a roll-up that runs at the same time could still see the execution as finished
-- and count it after we looked. Roll-ups are locked in the order of their ids. Longer than a screen
-- because locking, counting and writing are one statement.
create or replace function pbdb._unroll_executions(
    p_organization_ids uuid[],
    p_playbook_ids uuid[],
    p_finished_xids xid8[],
    p_statuses pbdb.playbook_execution_status[],
    p_durations_ms bigint[],
    p_created_ats timestamptz[],
    p_completed_ats timestamptz[]
)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    insert into pbdb.playbook_execution_rollups (playbook_id, organization_id)
    select p.id, p.organization_id
    from pbdb.playbooks as p
    where p.id = any(p_playbook_ids)
    order by p.id
    on conflict (organization_id, playbook_id) do nothing;

    perform 1
    from (
        select distinct g.organization_id, g.playbook_id
        from unnest(p_organization_ids, p_playbook_ids) as g (organization_id, playbook_id)
        order by g.playbook_id
    ) as g
    cross join lateral (
        select 1
        from pbdb.playbook_execution_rollups as r
        where r.organization_id = g.organization_id and r.playbook_id = g.playbook_id
        for no key update
    ) as r;

    perform pbdb._unfold_hours(
        p_organization_ids, p_playbook_ids, p_finished_xids, p_statuses, p_durations_ms,
        p_completed_ats
    );

    with gone as (
        select
            g.organization_id,
            g.playbook_id,
            count(*) as finished,
            count(*) filter (where g.status = 'COMPLETED') as completed,
            count(*) filter (where g.status = 'FAILED') as failed,
            count(g.duration_ms) as timed,
            coalesce(sum(g.duration_ms), 0) as duration_sum_ms,
            max(g.created_at) as last_created_at,
            max(g.completed_at) as last_completed_at
        from unnest(
            p_organization_ids, p_playbook_ids, p_finished_xids, p_statuses, p_durations_ms,
            p_created_ats, p_completed_ats
        ) as g (
            organization_id, playbook_id, finished_xid, status, duration_ms, created_at,
            completed_at
        )
        inner join pbdb.playbook_execution_rollups as h
            on
                g.organization_id = h.organization_id and g.playbook_id = h.playbook_id
                and g.finished_xid < h.horizon
        group by g.organization_id, g.playbook_id
    )

    update pbdb.playbook_execution_rollups as r
    set
        finished_count = r.finished_count - g.finished,
        completed_count = r.completed_count - g.completed,
        failed_count = r.failed_count - g.failed,
        timed_count = r.timed_count - g.timed,
        duration_sum_ms = r.duration_sum_ms - g.duration_sum_ms,
        is_last_created_exact = r.is_last_created_exact and g.last_created_at < r.last_created_at,
        is_last_completed_exact
            = r.is_last_completed_exact and g.last_completed_at < r.last_completed_at
    from gone as g
    where r.organization_id = g.organization_id and r.playbook_id = g.playbook_id;
end;
$fn$;

comment on function pbdb._unroll_executions(
    uuid[], uuid[], xid8[], pbdb.playbook_execution_status[], bigint[], timestamptz[],
    timestamptz[]
) is
'Takes executions that stop being finished out of the roll-ups that hold them; one array element '
'each. Keeps the roll-ups locked until the transaction ends.';

revoke execute on function pbdb._unroll_executions(
    uuid[], uuid[], xid8[], pbdb.playbook_execution_status[], bigint[], timestamptz[],
    timestamptz[]
) from public;
