-- drop: function pbdb.get_playbook_trends(text[], integer)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- Longer than a screen because of how a percentile is read from classes.
create or replace function pbdb.get_playbook_trends(p_names text[], p_days int default 14)
returns table (
    playbook_name text,
    completed_counts bigint[],
    failed_counts bigint[],
    p50_duration_ms bigint,
    p95_duration_ms bigint,
    last_failed_execution_id uuid,
    last_failed_at timestamptz,
    last_error_code text,
    last_error_message text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_to constant timestamptz := date_trunc('hour', statement_timestamp(), 'UTC')
    + interval '1 hour';
    v_today constant timestamptz := date_trunc('day', statement_timestamp(), 'UTC');
begin
    if p_days is null or p_days not between 1 and 90 or cardinality(p_names) > 200 then
        raise exception using
            errcode = 'PB017',
            message = format(
                'cannot look at %s playbooks over %s days', cardinality(p_names),
                coalesce(p_days::text, 'null')
            ),
            hint = 'Pass at most 200 names and 1 to 90 days.';
    end if;

    return query
    with asked as (
        select distinct each.name
        from unnest(p_names) as each (name)
        where each.name is not null
    ),

    hours as materialized (
        select asked.name, h.hour, h.status, h.duration_class, h.execution_count as executions
        from asked
        cross join lateral pbdb._execution_hours(
            pbdb.current_organization_id(), asked.name,
            v_today - interval '1 day' * (p_days - 1), v_to
        ) as h
    ),

    daily as (
        select
            asked.name,
            array_agg(coalesce(n.completed, 0) order by d.day) as completed,
            array_agg(coalesce(n.failed, 0) order by d.day) as failed
        from asked
        cross join generate_series(
            v_today - interval '1 day' * (p_days - 1), v_today, interval '1 day'
        ) as d (day)
        left join lateral (
            select
                sum(hours.executions) filter (where hours.status = 'COMPLETED')::bigint
                as completed,
                sum(hours.executions) filter (where hours.status in ('FAILED', 'TIMEOUT'))::bigint
                as failed
            from hours
            where
                hours.name = asked.name
                and hours.hour >= d.day and hours.hour < d.day + interval '1 day'
        ) as n on true
        group by asked.name
    ),

    ranked as (
        select
            c.name, c.duration_class,
            sum(c.executions) over (partition by c.name order by c.duration_class) as reached,
            sum(c.executions) over (partition by c.name) as timed
        from (
            select hours.name, hours.duration_class, sum(hours.executions) as executions
            from hours
            where hours.status = 'COMPLETED' and hours.duration_class >= 0
            group by hours.name, hours.duration_class
        ) as c
    ),

    taken as (
        select
            r.name,
            pbdb._class_duration(min(r.duration_class) filter (where r.reached >= r.timed * 0.5))
            as half,
            pbdb._class_duration(min(r.duration_class) filter (where r.reached >= r.timed * 0.95))
            as most
        from ranked as r
        group by r.name
    )

    select
        daily.name, daily.completed, daily.failed, taken.half, taken.most, f.id, f.completed_at,
        f.error_code, left(f.error_message, 500)
    from daily
    left join taken on daily.name = taken.name
    left join lateral (
        select e.id, e.completed_at, e.error_code, e.error_message
        from unnest(pbdb._matching_executions(
            pbdb._execution_filter(
                null, daily.name, null, '{FAILED,TIMEOUT}', null, null, null, null, null, null,
                true
            ), 1
        )) as found (id)
        inner join pbdb.playbook_executions as e
            on e.organization_id = pbdb.current_organization_id() and e.id = found.id
        where 0 < any(daily.failed)
    ) as f on true
    order by daily.name;
end;
$fn$;

comment on function pbdb.get_playbook_trends(text[], int) is
'How playbooks went lately, all versions of a name together, a row for each name: how many ended '
'COMPLETED, and how many FAILED or TIMEOUT, on each of the last p_days days of UTC (1 to 90), the '
'oldest first and today last; in how many milliseconds half and 95 of 100 were completed in that '
'time, off by at most a tenth (null: none was); and the newest failure, if there was one in that '
'time. At most 200 names; one that is unknown counts zero. Raises PB001, PB017.';

revoke execute on function pbdb.get_playbook_trends(text[], int) from public;
grant execute on function pbdb.get_playbook_trends(text[], int) to pbdb_app;
