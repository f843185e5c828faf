-- drop: function pbdb._give_up(uuid, uuid, jsonb)
--
-- The step fails, and what follows from that is done. When that cannot be done either, the
-- execution fails as it is. When even that cannot be written, it stays aside.
create or replace function pbdb._give_up(p_execution_id uuid, p_result_id uuid, p_error jsonb)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_run pbdb.run;
    v_program jsonb;
    v_attempt pbdb.playbook_step_results;
    v_index int;
begin
    begin
        if not pbdb._try_lock(p_execution_id) then
            return false;
        end if;
        v_run := pbdb._lock_run(p_execution_id);
        select q.step_index into v_index
        from pbdb.playbook_ready_steps as q
        where q.execution_id = p_execution_id and q.result_id = p_result_id;
        if not found or v_run.completed_at is not null then
            return true;
        end if;
        select r.* into v_attempt from pbdb.playbook_step_results as r where r.id = p_result_id;
        v_program := pbdb._program_of(v_run.organization_id, v_run.playbook_id);
        if v_run.status = 'PAUSED' and v_run.pause_reason = 'waiting' then
            v_run := pbdb._end_pause(v_run);
        end if;
        v_run := pbdb._end_attempt(
            v_run, v_program -> 'steps' -> v_index, v_attempt, null,
            p_error || '{"permanent": true}', null
        );
        v_run := pbdb._advance(v_run, v_program);
        perform pbdb._flush_runs(array[v_run]);
        return true;
    exception
        when others or query_canceled or assert_failure then
            raise warning 'execution %: % cannot fail: SQLSTATE %', p_execution_id, p_result_id,
                sqlstate;
    end;
    begin
        v_run := pbdb._lock_run(p_execution_id);
        v_run := pbdb._finish(
            v_run, pbdb._program_of(v_run.organization_id, v_run.playbook_id), 'FAILED', null,
            p_error
        );
        perform pbdb._flush_runs(array[v_run]);
        return true;
    exception
        when others or query_canceled or assert_failure then
            raise warning 'execution % cannot fail: SQLSTATE %', p_execution_id, sqlstate;
            return false;
    end;
end;
$fn$;

comment on function pbdb._give_up(uuid, uuid, jsonb) is
'Fails a step for good with an error that is not its own, or else its execution; false when it is '
'held by somebody, or when nothing of it can be written.';

revoke execute on function pbdb._give_up(uuid, uuid, jsonb) from public;
