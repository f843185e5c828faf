-- drop: function pbdb.sweep(int)
--
-- Definer: it serves every tenant and runners have no right on any table. Bounded, SKIP LOCKED,
-- state checked again under the lock. It never waits for an execution, so several in one
-- transaction cannot wait in a circle.
create or replace function pbdb.sweep(p_limit int default 100)
returns table (what text, count int)
language plpgsql
volatile
security definer
set search_path = ''
as $fn$
declare
    v_found record;
    v_counts jsonb := '{}';
    v_what text;
    v_rolled_up int := pbdb.roll_up_executions();
begin
    if v_rolled_up > 0 then
        v_counts := jsonb_build_object('rolled up', v_rolled_up);
    end if;
    -- A loop, because each finding is one execution to lock, check again and advance.
    for v_found in select d.kind, d.id from pbdb._overdue(p_limit) as d loop
        v_what := case v_found.kind
            when 'execution' then pbdb._sweep_execution(v_found.id)
            when 'event' then pbdb._sweep_event(v_found.id)
            else pbdb._sweep_step(v_found.id)
        end;
        if v_what is not null then
            v_counts := v_counts || jsonb_build_object(
                v_what, coalesce((v_counts ->> v_what)::int, 0) + 1
            );
        end if;
    end loop;
    return query select c.key, c.value::int from jsonb_each_text(v_counts) as c order by c.key;
end;
$fn$;

comment on function pbdb.sweep(int) is
'Finds and settles what is overdue: expired leases, step and wait timeouts, timers, kept engine '
'steps, execution deadlines, undelivered events; at most p_limit, with a count for each kind. '
'Rolls up finished executions as well. Claims do the same in small; without runners call it once a '
'second, for example from pg_cron.';

revoke execute on function pbdb.sweep(int) from public;
grant execute on function pbdb.sweep(int) to pbdb_worker;
