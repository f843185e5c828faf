-- drop: function pbdb._execution_hours(uuid, text, timestamptz, timestamptz)
--
-- The one place that adds the counts by hour to what they do not hold yet, as the view
-- playbook_execution_counts does for the sums: see there for the horizon.
create or replace function pbdb._execution_hours(
    p_organization_id uuid, p_playbook_name text, p_from timestamptz, p_to timestamptz
)
returns table (
    hour timestamptz,
    status pbdb.playbook_execution_status,
    duration_class int,
    execution_count bigint,
    duration_sum_ms numeric
)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
begin
    return query
    with versions as (
        select p.id, coalesce(r.horizon, '0') as horizon
        from pbdb.playbooks as p
        left join pbdb.playbook_execution_rollups as r
            on
                p.organization_id = r.organization_id
                and p.id = r.playbook_id
                and r.horizon <= pg_snapshot_xmin(pg_current_snapshot())
        where
            p.organization_id = p_organization_id
            and (p_playbook_name is null or p.name = p_playbook_name)
    )

    select c.hour, c.status, c.duration_class, sum(c.executions)::bigint, sum(c.duration_sum_ms)
    from (
        select h.hour, h.status, h.duration_class, h.execution_count as executions,
            h.duration_sum_ms
        from versions as v
        inner join pbdb.playbook_execution_hours as h
            on h.organization_id = p_organization_id and v.id = h.playbook_id
        where v.horizon > '0' and h.hour >= p_from and h.hour < p_to and h.execution_count > 0
        union all
        select
            date_trunc('hour', e.completed_at, 'UTC'), e.status,
            pbdb._duration_class(e.duration_ms), 1, coalesce(e.duration_ms, 0)
        from versions as v
        inner join pbdb.playbook_executions as e
            on
                v.id = e.playbook_id
                and e.finished_xid >= v.horizon
                and e.finished_xid <= '18446744073709551615'
        where e.completed_at >= p_from and e.completed_at < p_to
    ) as c
    group by c.hour, c.status, c.duration_class;
end;
$fn$;

comment on function pbdb._execution_hours(uuid, text, timestamptz, timestamptz) is
'Finished executions of a tenant, or of one playbook of it, by the hour in which they ended, '
'status and class of duration; exact in the snapshot of the caller. p_from and p_to are full '
'hours.';

revoke execute on function pbdb._execution_hours(uuid, text, timestamptz, timestamptz)
from public;
