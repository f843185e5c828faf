-- drop: function pbdb._sweep_step(uuid)
create or replace function pbdb._sweep_step(p_result_id uuid)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_attempt pbdb.playbook_step_results;
    v_ready pbdb.playbook_ready_steps;
    v_run pbdb.run;
    v_program jsonb;
    v_step jsonb;
begin
    select r.* into v_attempt from pbdb.playbook_step_results as r where r.id = p_result_id;
    if not found or not pbdb._try_lock(v_attempt.execution_id) then
        return null;
    end if;
    select q.* into v_ready
    from pbdb.playbook_ready_steps as q
    where
        q.organization_id = v_attempt.organization_id
        and q.execution_id = v_attempt.execution_id and q.result_id = p_result_id
        and q.due_at <= clock_timestamp()
    for update skip locked;
    if not found or v_ready.state = 'HELD' then
        return null;
    end if;
    if v_ready.waits_for = 'ENGINE' then
        return case when pbdb._run_engine_step(p_result_id) then 'engine step run' end;
    end if;
    if v_ready.state = 'READY' then
        return null;
    end if;

    select r.* into v_attempt from pbdb.playbook_step_results as r where r.id = p_result_id;
    v_run := pbdb._lock_run(v_attempt.execution_id);
    v_program := pbdb._program_of(v_run.organization_id, v_run.playbook_id);
    v_step := v_program -> 'steps' -> v_ready.step_index;
    if v_ready.state = 'LEASED' then
        v_run := pbdb._end_lost_attempt(v_run, v_step, v_attempt, v_ready);
    else
        v_run := pbdb._end_overdue_wait(v_run, v_step, v_attempt, v_ready);
    end if;
    v_run := pbdb._advance(v_run, v_program);
    perform pbdb._flush_runs(array[v_run]);
    return case
        when v_ready.state = 'LEASED' then 'lease expired'
        when v_ready.waits_for = 'TIMER' then 'timer fired'
        else 'wait timed out'
    end;
end;
$fn$;

comment on function pbdb._sweep_step(uuid) is
'Settles one step whose time has come; null when it is locked or no longer due.';

revoke execute on function pbdb._sweep_step(uuid) from public;
