-- drop: function pbdb._deliver(uuid, jsonb, boolean, uuid)
create or replace function pbdb._deliver(
    p_result_id uuid, p_payload jsonb, p_skip_locked boolean, p_event_id uuid default null
)
returns boolean
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
    v_error jsonb;
begin
    select r.* into v_attempt from pbdb.playbook_step_results as r where r.id = p_result_id;
    if not found or p_skip_locked and not pbdb._try_lock(v_attempt.execution_id) then
        return false;
    end if;
    v_run := pbdb._lock_run(v_attempt.execution_id);
    select q.* into v_ready
    from pbdb.playbook_ready_steps as q
    where
        q.organization_id = v_run.organization_id and q.execution_id = v_run.execution_id
        and q.result_id = p_result_id and q.state = 'WAITING';
    if not found then
        return false;
    end if;
    select r.* into v_attempt from pbdb.playbook_step_results as r where r.id = p_result_id;
    if p_event_id is not null and not pbdb._note_receipt(p_event_id, v_attempt) then
        return false;
    end if;
    v_program := pbdb._program_of(v_run.organization_id, v_run.playbook_id);
    v_step := v_program -> 'steps' -> v_ready.step_index;

    if v_run.status = 'PAUSED' and v_run.pause_reason = 'waiting' then
        v_run := pbdb._end_pause(v_run);
    end if;
    if v_ready.waits_for = 'EVENT' then
        v_error := pbdb._answer_error(v_step, p_payload);
    elsif v_ready.waits_for = 'LOST' and not p_payload ? 'output' then
        v_error := jsonb_build_object(
            'code', 'LOST', 'is_lost', true,
            'permanent', p_payload -> 'retry' is distinct from 'true',
            'message', 'its runner was lost; a person decided: ' || left(p_payload::text, 200)
        );
    end if;
    v_run := pbdb._end_attempt(
        v_run, v_step, v_attempt,
        case when v_ready.waits_for = 'LOST' then p_payload -> 'output' else p_payload end,
        v_error, null
    );
    v_run := pbdb._advance(v_run, v_program);
    perform pbdb._flush_runs(array[v_run]);
    if v_run.depth > 0 or (v_program ->> 'has_child')::boolean then
        perform pbdb._run_engine_steps(
            array[coalesce(v_run.root_execution_id, v_run.execution_id)], 100
        );
    end if;
    return true;
end;
$fn$;

comment on function pbdb._deliver(uuid, jsonb, boolean, uuid) is
'Ends a wait with an answer or an event''s payload and advances its execution; false when it no '
'longer waits, has had this event, or is locked and p_skip_locked asks not to wait.';

revoke execute on function pbdb._deliver(uuid, jsonb, boolean, uuid) from public;
