-- drop: function pbdb.sweep(int, text)
--
-- Definer: it serves every tenant and runners have no right on any table. Rolls up first, while it
-- holds no lock that anybody could wait for.
create or replace function pbdb.sweep(p_limit int default 100, p_worker text default null)
returns table (what text, count int)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    -- In this order, before anything is written or compared. Without events that may have been
    -- missed an idle database would give out an id a second.
    v_seen_below xid8 := pg_snapshot_xmin(pg_current_snapshot());
    v_given_after xid8 := case
        when pg_current_xact_id_if_assigned() is null and pbdb._has_fresh_events()
            then pg_current_xact_id()
    end;
    v_ended_below xid8 := pg_snapshot_xmin(pg_current_snapshot());
    v_rolled_up int := pbdb.roll_up_executions();
begin
    perform pbdb._check_limit(p_limit, 1000000);
    return query
    select s.what, s.count from pbdb._settle_overdue(p_limit) as s
    union all
    select 'events purged', p.count
    from pbdb._purge_events(5000) as p (count)
    where p.count > 0
    union all
    select 'rolled up', v_rolled_up where v_rolled_up > 0
    union all
    select 'not registered', 1 where p_worker is not null and not pbdb._see_worker(p_worker)
    union all
    select 'schedules due', 1 where exists (select from pbdb.due_triggers(1))
    order by 1;
    if v_given_after is not null then
        perform pbdb._move_event_horizon(v_seen_below, v_given_after, v_ended_below);
    end if;
end;
$fn$;

comment on function pbdb.sweep(int, text) is
'Finds and settles what is overdue: expired leases, step and wait timeouts, timers, kept engine '
'steps, execution deadlines, undelivered events; at most p_limit, with a count for each kind. '
'Removes events whose time is over. Rolls up finished executions as well, and says when schedules '
'are due, which runners fire. A runner gives its name: it is seen, those that nobody has seen for '
'twenty seconds are removed, and it is told when it is not registered. Claims do the same in '
'small; without runners call it once a second, for example from pg_cron.';

revoke execute on function pbdb.sweep(int, text) from public;
grant execute on function pbdb.sweep(int, text) to pbdb_worker;
