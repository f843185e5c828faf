-- drop: function pbdb._await(pbdb.run, uuid, jsonb, pbdb.thread, int, pbdb.step_effect)
create or replace function pbdb._await(
    p_run pbdb.run,
    p_result_id uuid,
    p_step jsonb,
    p_thread pbdb.thread,
    p_visit int,
    p_effect pbdb.step_effect
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_attempt pbdb.playbook_step_results;
    v_wait jsonb := p_effect.plan;
    v_ready pbdb.playbook_ready_steps;
    v_payload jsonb;
begin
    v_attempt := pbdb._new_attempt(
        p_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'id')::uuid,
        p_thread.scope_id, p_visit, 'RUNNING', p_effect.input, p_effect.request
    );
    p_run.results := p_run.results || v_attempt;

    if v_wait ? 'event' then
        -- Before the look: by its transaction id sweeps know that a wait may have missed an event.
        perform pg_current_xact_id();
        v_payload := pbdb._take_event(v_wait ->> 'event', v_wait -> 'match', v_attempt);
        if v_payload is not null then
            p_run := pbdb._flush_steps(p_run);
            return pbdb._end_attempt(
                p_run, p_step, v_attempt, v_payload, pbdb._answer_error(p_step, v_payload), null
            );
        end if;
    end if;

    v_ready := pbdb._new_ready_step(
        p_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'i')::int,
        null, (v_wait ->> 'waits_for')::pbdb.wait_reason, 'WAITING',
        (v_wait ->> 'due_at')::timestamptz
    );
    v_ready.event_name := v_wait ->> 'event';
    v_ready.event_match := v_wait -> 'match';
    p_run.ready := p_run.ready || v_ready;
    return p_run;
end;
$fn$;

comment on function pbdb._await(pbdb.run, uuid, jsonb, pbdb.thread, int, pbdb.step_effect) is
'Starts a WAIT_FOR_INPUT step: for a person, a named event or a time. An event kept from before '
'ends it at once.';

revoke execute on function pbdb._await(
    pbdb.run, uuid, jsonb, pbdb.thread, int, pbdb.step_effect
) from public;
