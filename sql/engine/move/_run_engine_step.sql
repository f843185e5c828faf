-- drop: function pbdb._run_engine_step(uuid)
create or replace function pbdb._run_engine_step(p_result_id uuid)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_attempt pbdb.playbook_step_results;
    v_run pbdb.run;
    v_program jsonb;
    v_step jsonb;
    v_index int;
begin
    select r.* into v_attempt from pbdb.playbook_step_results as r where r.id = p_result_id;
    v_run := pbdb._lock_run(v_attempt.execution_id);

    delete from pbdb.playbook_ready_steps as q
    where
        q.organization_id = v_attempt.organization_id
        and q.execution_id = v_attempt.execution_id and q.result_id = p_result_id
        and q.waits_for = 'ENGINE' and q.state = 'READY'
    returning q.step_index into v_index;
    if not found then
        return false;
    end if;
    select r.* into v_attempt from pbdb.playbook_step_results as r where r.id = p_result_id;
    v_program := pbdb._program_of(v_run.organization_id, v_run.playbook_id);
    v_step := v_program -> 'steps' -> v_index;

    if v_attempt.status = 'PENDING' then
        -- A place that was kept: its row gives way to the one that entering the step writes.
        delete from pbdb.playbook_step_results as r where r.id = p_result_id;
        v_run.threads := array[pbdb._new_thread(v_attempt.scope_id, v_index)];
    else
        v_run := pbdb._end_child_call(v_run, v_step, v_attempt);
    end if;
    v_run := pbdb._advance(v_run, v_program);
    perform pbdb._flush_runs(array[v_run]);
    return true;
end;
$fn$;

comment on function pbdb._run_engine_step(uuid) is
'Goes on where control was kept (a cut stretch, a resumed pause, a child that ended); false when '
'somebody else did.';

revoke execute on function pbdb._run_engine_step(uuid) from public;
