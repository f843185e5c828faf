-- drop: view pbdb.playbook_execution_counts
--
-- The one place that adds a roll-up to what it does not hold yet: finished executions from its
-- horizon on, and the open ones. Both are short ranges of the index (playbook_id, finished_xid),
-- and all three parts are read in one snapshot, so the sum is exact at every moment.
--
-- A horizon above the oldest running transaction was copied from another cluster (a restored dump):
-- there it says nothing, and everything is counted until roll_up_executions starts it again. A case
-- and not coalesce, which the planner does not trust to run before a policy. The upper bound of
-- finished_xid changes nothing but the planner's estimate: without it, a third of the table. The
-- two sub-selects for the last times run only after the newest execution was removed.
create or replace view pbdb.playbook_execution_counts
with (security_invoker = true)
as
select
    p.id as playbook_id,
    p.organization_id,
    coalesce(r.finished_count, 0) + closed.executions + unfinished.executions as execution_count,
    coalesce(r.completed_count, 0) + closed.completed as completed_count,
    coalesce(r.failed_count, 0) + closed.failed as failed_count,
    unfinished.running as running_count,
    round(
        (coalesce(r.duration_sum_ms, 0) + closed.duration_sum_ms)
        / nullif(coalesce(r.timed_count, 0) + closed.timed, 0), 2
    ) as avg_duration_ms,
    case
        when
            coalesce(r.is_last_created_exact, true)
            or greatest(closed.last_created_at, unfinished.last_created_at) >= r.last_created_at
            then greatest(r.last_created_at, closed.last_created_at, unfinished.last_created_at)
        else (
            select max(e.created_at)
            from pbdb.playbook_executions as e
            where e.playbook_id = p.id
        )
    end as last_created_at,
    case
        when
            coalesce(r.is_last_completed_exact, true)
            or closed.last_completed_at >= r.last_completed_at
            then greatest(r.last_completed_at, closed.last_completed_at)
        else (
            select max(e.completed_at)
            from pbdb.playbook_executions as e
            where e.playbook_id = p.id
        )
    end as last_completed_at
from pbdb.playbooks as p
left join pbdb.playbook_execution_rollups as r
    on
        p.organization_id = r.organization_id
        and p.id = r.playbook_id
        and r.horizon <= pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())
cross join lateral (
    select
        count(*) as executions,
        count(*) filter (where e.status = 'COMPLETED') as completed,
        count(*) filter (where e.status = 'FAILED') as failed,
        count(e.duration_ms) as timed,
        coalesce(sum(e.duration_ms), 0) as duration_sum_ms,
        max(e.created_at) as last_created_at,
        max(e.completed_at) as last_completed_at
    from pbdb.playbook_executions as e
    where
        e.playbook_id = p.id
        and e.finished_xid >= case when r.horizon is null then '0' else r.horizon end
        and e.finished_xid <= '18446744073709551615'
) as closed
cross join lateral (
    select
        count(*) as executions,
        count(*) filter (where e.status = 'RUNNING') as running,
        max(e.created_at) as last_created_at
    from pbdb.playbook_executions as e
    where e.playbook_id = p.id and e.finished_xid is null
) as unfinished;

comment on view pbdb.playbook_execution_counts is
'Executions of each playbook version: how many, how they ended, how long they took. Exact in the '
'snapshot of the reader, without counting what a roll-up already holds.';
comment on column pbdb.playbook_execution_counts.playbook_id is 'The playbook version.';
comment on column pbdb.playbook_execution_counts.organization_id is 'Tenant.';
comment on column pbdb.playbook_execution_counts.execution_count is 'Executions in any status.';
comment on column pbdb.playbook_execution_counts.completed_count is
'Executions that are COMPLETED.';
comment on column pbdb.playbook_execution_counts.failed_count is 'Executions that are FAILED.';
comment on column pbdb.playbook_execution_counts.running_count is 'Executions that are RUNNING.';
comment on column pbdb.playbook_execution_counts.avg_duration_ms is
'Mean duration of the finished ones in milliseconds, two decimals; null when none has a duration.';
comment on column pbdb.playbook_execution_counts.last_created_at is
'When the newest execution was started; null when there is none.';
comment on column pbdb.playbook_execution_counts.last_completed_at is
'When an execution finished last; null when none did.';

revoke all on pbdb.playbook_execution_counts
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_execution_counts to pbdb_app, pbdb_monitor;
