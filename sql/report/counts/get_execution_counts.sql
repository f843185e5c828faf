-- drop: function pbdb.get_execution_counts(timestamptz, timestamptz, text, text)
--
-- Definer, because it calls a helper that nobody else may; the tenant comes from the context.
-- Longer than a screen because of how a percentile is read from classes.
create or replace function pbdb.get_execution_counts(
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_bucket text default 'hour',
    p_playbook_name text default null
)
returns table (
    bucket_start timestamptz,
    status pbdb.playbook_execution_status,
    execution_count bigint,
    avg_duration_ms numeric,
    p50_duration_ms bigint,
    p95_duration_ms bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_to timestamptz := coalesce(p_to, statement_timestamp());
    v_from timestamptz := coalesce(p_from, v_to - interval '24 hours');
begin
    if coalesce(p_bucket, '') not in ('hour', 'day')
        or not isfinite(v_from) or not isfinite(v_to)
        or v_to - v_from > interval '1 day' * (case p_bucket when 'hour' then 42 else 1000 end) then
        raise exception using
            errcode = 'PB017',
            message = format(
                'cannot count from %s to %s by %s', v_from, v_to, pbdb._shown(p_bucket)
            ),
            hint = 'Count by hour over at most 42 days, or by day over at most 1000.';
    end if;

    return query
    with counted as (
        select
            date_trunc(p_bucket, h.hour, 'UTC') as bucket, h.status, h.duration_class,
            sum(h.execution_count) as executions, sum(h.duration_sum_ms) as duration_sum_ms
        from pbdb._execution_hours(
            pbdb.current_organization_id(), p_playbook_name,
            date_trunc(p_bucket, v_from, 'UTC'),
            -- To the end of its hour; a full hour is not begun.
            date_trunc('hour', v_to - interval '1 us', 'UTC') + interval '1 hour'
        ) as h
        group by 1, 2, 3
    ),

    ranked as (
        select
            counted.*,
            sum(counted.executions) filter (where counted.duration_class >= 0)
                over (partition by counted.bucket, counted.status order by counted.duration_class)
            as reached,
            sum(counted.executions) filter (where counted.duration_class >= 0)
                over (partition by counted.bucket, counted.status)
            as timed
        from counted
    )

    select
        r.bucket, r.status, sum(r.executions)::bigint,
        round(sum(r.duration_sum_ms) / max(r.timed), 2),
        pbdb._class_duration(min(r.duration_class) filter (where r.reached >= r.timed * 0.5)),
        pbdb._class_duration(min(r.duration_class) filter (where r.reached >= r.timed * 0.95))
    from ranked as r
    group by r.bucket, r.status
    order by r.bucket, r.status;
end;
$fn$;

comment on function pbdb.get_execution_counts(timestamptz, timestamptz, text, text) is
'How many executions ended in each hour or day (of UTC) and how: a row for each status that '
'occurred, with the mean duration and two percentiles in milliseconds, which are off by at most a '
'tenth (all null when none had begun). Of the tenant, or of all versions of one playbook. From the '
'beginning of the hour or day of p_from (24 hours before p_to) to the end of the hour of p_to '
'(now). Exact, and fast at any number. Raises PB017 for another bucket than hour (at most 42 '
'days) and day (at most 1000).';

revoke execute on function pbdb.get_execution_counts(timestamptz, timestamptz, text, text)
from public;
grant execute on function pbdb.get_execution_counts(timestamptz, timestamptz, text, text)
to pbdb_app;
