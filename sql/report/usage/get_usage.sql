-- drop: function pbdb.get_usage(timestamptz, timestamptz, text, uuid)
--
-- Definer with an explicit tenant, so that the index of its times is used: see list_executions.
create or replace function pbdb.get_usage(
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_by text default 'playbook',
    p_execution_id uuid default null
)
returns table (
    playbook_name varchar(255),
    step_name varchar(255),
    model text,
    day date,
    attempts bigint,
    input_tokens bigint,
    output_tokens bigint,
    cost_usd numeric,
    unpriced_attempts bigint,
    latency_ms bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_to timestamptz := coalesce(p_to, statement_timestamp());
    v_from timestamptz := coalesce(p_from, v_to - interval '30 days');
begin
    if coalesce(p_by, '') not in ('playbook', 'step', 'model', 'day')
        or not isfinite(v_from) or not isfinite(v_to) or v_to - v_from > interval '366 days' then
        raise exception using
            errcode = 'PB017',
            message = format(
                'cannot add usage by %L from %L to %L', pbdb._shown(p_by), p_from, p_to
            ),
            hint = 'Add by playbook, step, model or day, over at most 366 days.';
    end if;

    return query
    select
        g.playbook_name, g.step_name, g.model, g.day, count(*), sum(g.input_tokens)::bigint,
        sum(g.output_tokens)::bigint, sum(g.cost_usd), count(*) filter (where g.cost_usd is null),
        sum(g.latency_ms)::bigint
    from (
        select
            case when p_by in ('playbook', 'step') then p.name end as playbook_name,
            case when p_by = 'step' then s.step_name end as step_name,
            case when p_by = 'model' then u.model end as model,
            case when p_by = 'day' then (u.created_at at time zone 'UTC')::date end as day,
            u.input_tokens, u.output_tokens, u.cost_usd, u.latency_ms
        from pbdb.playbook_usage as u
        inner join pbdb.playbook_steps as s
            on u.organization_id = s.organization_id and u.step_id = s.id
        inner join pbdb.playbooks as p
            on s.organization_id = p.organization_id and s.playbook_id = p.id
        where
            u.organization_id = pbdb.current_organization_id()
            and u.created_at >= v_from
            and u.created_at < v_to
            and (p_execution_id is null or u.execution_id = p_execution_id)
    ) as g
    group by g.playbook_name, g.step_name, g.model, g.day
    order by g.day, g.playbook_name, g.step_name, g.model;
end;
$fn$;

comment on function pbdb.get_usage(timestamptz, timestamptz, text, uuid) is
'What models used from p_from (30 days before p_to) to before p_to (now): a row for each playbook '
'(all its versions), step, model (null: none was called) or day of UTC, as p_by says; the other '
'names are null. Of one execution, or of all. attempts reported usage, retries among them; '
'cost_usd adds the known prices (null: none is), unpriced_attempts had none; latency_ms is time '
'spent waiting for providers (null: not measured). Reads the usage of that time: it is a sum over '
'rows and not kept. Raises PB017 for another p_by, or for more than 366 days.';

revoke execute on function pbdb.get_usage(timestamptz, timestamptz, text, uuid) from public;
grant execute on function pbdb.get_usage(timestamptz, timestamptz, text, uuid) to pbdb_app;
