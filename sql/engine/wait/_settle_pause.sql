-- drop: function pbdb._settle_pause(pbdb.run)
create or replace function pbdb._settle_pause(p_run pbdb.run)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_waiting int;
    v_busy int;
begin
    if p_run.status <> 'RUNNING' then
        return p_run;
    end if;

    select
        count(*) filter (where q.state = 'WAITING' and q.waits_for <> 'CHILD'),
        count(*) filter (where q.state <> 'WAITING' or q.waits_for = 'CHILD')
    into v_waiting, v_busy
    from (
        select s.state, s.waits_for
        from pbdb.playbook_ready_steps as s
        where
            s.organization_id = p_run.organization_id and s.execution_id = p_run.execution_id
            and s.result_id not in (select e.result_id from unnest(p_run.ended) as e)
        union all
        select n.state, n.waits_for from unnest(p_run.ready) as n
    ) as q;

    if v_busy = 0 and v_waiting > 0 then
        p_run.status := 'PAUSED';
        p_run.pause_reason := 'waiting';
        p_run.paused_at := clock_timestamp();
    end if;
    return p_run;
end;
$fn$;

comment on function pbdb._settle_pause(pbdb.run) is
'PAUSED with the reason waiting when nothing of an execution can run until an answer, an event or '
'a time comes.';

revoke execute on function pbdb._settle_pause(pbdb.run) from public;
