-- drop: function pbdb.get_overview()
--
-- Definer with an explicit tenant, because it calls helpers that nobody else may and asks of
-- runners, which are of no tenant: of them it tells only whether one serves the tenant's own steps.
-- Reads what the tenant itself has open, and nothing of its history.
create or replace function pbdb.get_overview()
returns table (
    pending_executions int,
    running_executions int,
    paused_executions int,
    waiting_answers int,
    next_timeout_at timestamptz,
    dead_letters int,
    completed_24h bigint,
    failed_24h bigint,
    due_steps bigint,
    oldest_due_at timestamptz,
    unserved_handlers text []
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.current_organization_id();
    v_waits uuid[] := pbdb._waits(null, null, null, 1000, '{answer,decision}', null);
begin
    return query
    select
        pbdb.count_executions(p_status => 'PENDING', p_limit => 1000),
        pbdb.count_executions(p_status => 'RUNNING', p_limit => 1000),
        pbdb.count_executions(p_status => 'PAUSED', p_limit => 1000),
        cardinality(v_waits), w.soonest,
        cardinality(pbdb._dead_letters(null, null, null, 1000)),
        c.completed, c.failed, d.due, d.oldest, d.unserved
    from (
        select min(q.due_at) as soonest
        from pbdb.playbook_ready_steps as q
        where
            q.organization_id = v_organization_id
            and q.result_id = any(v_waits)
            and q.state = 'WAITING'
            and isfinite(q.due_at)
    ) as w
    cross join (
        select
            coalesce(sum(h.execution_count) filter (where h.status = 'COMPLETED'), 0)::bigint
            as completed,
            coalesce(sum(h.execution_count) filter (where h.status in ('FAILED', 'TIMEOUT')), 0)
            ::bigint as failed
        from pbdb.get_execution_counts() as h
    ) as c
    cross join (
        select
            coalesce(sum(o.steps), 0)::bigint as due, min(o.oldest) as oldest,
            coalesce(
                array_agg(o.handler order by o.handler) filter (where not o.is_served), '{}'
            ) as unserved
        from (
            select q.handler, count(*) as steps, min(q.due_at) as oldest, exists (
                select
                from pbdb.workers as k
                where k.handlers && array[q.handler, split_part(q.handler, ':', 1)]
            ) as is_served
            from pbdb.playbook_ready_steps as q
            where
                q.organization_id = v_organization_id
                and q.state = 'READY'
                and q.due_at <= statement_timestamp()
                and q.handler is not null
            group by q.handler
        ) as o
    ) as d;
end;
$fn$;

comment on function pbdb.get_overview() is
'How the tenant stands, in one row. Executions that are open, waits for a person and dead letters '
'are counted to 1000, which then means 1000 or more. next_timeout_at: when the first of these '
'waits times out (null: none does). completed_24h and failed_24h (FAILED or TIMEOUT) ended since '
'the beginning of the hour 24 hours ago. due_steps may be claimed now; oldest_due_at: since when '
'the first of them could be (null: none is due). unserved_handlers: handlers of due steps that no '
'runner known has, in order.';

revoke execute on function pbdb.get_overview() from public;
grant execute on function pbdb.get_overview() to pbdb_app;
