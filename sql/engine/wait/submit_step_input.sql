-- drop: function pbdb.submit_step_input(uuid, text, jsonb, uuid)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.submit_step_input(
    p_execution_id uuid, p_step_name text, p_answer jsonb, p_answered_by uuid default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_run pbdb.run := pbdb._require_run(v_organization_id, p_execution_id);
    v_program jsonb := pbdb._program_of(v_run.organization_id, v_run.playbook_id);
    v_step jsonb;
    v_wait record;
    v_answer jsonb := p_answer;
    v_answered_by constant uuid := coalesce(
        p_answered_by, pbdb.subject_id(pbdb.current_actor())
    );
begin
    v_wait := pbdb._find_wait(v_run, v_program, p_step_name);
    v_step := v_program -> 'steps' -> v_wait.step_index;
    perform pbdb._audit(
        v_organization_id, 'step.answer', p_execution_id, p_step_name, null,
        jsonb_strip_nulls(jsonb_build_object('answered_by', v_answered_by))
    );
    if v_wait.waits_for = 'LOST' then
        perform pbdb._deliver(v_wait.result_id, p_answer, false);
        return;
    end if;
    perform pbdb._check_answer(v_step, v_wait.config, p_answer, v_answered_by);

    if coalesce((v_wait.config ->> 'answers')::int, 1) > 1 then
        v_answer := pbdb._collect_answer(
            v_wait.result_id, (v_wait.config ->> 'answers')::int, p_answer, v_answered_by
        );
        if v_answer is null then
            return;
        end if;
    else
        update pbdb.playbook_step_results as r
        set metadata = jsonb_build_object('answered_by', v_answered_by)
        where r.id = v_wait.result_id;
    end if;
    perform pbdb._deliver(v_wait.result_id, v_answer, false);
end;
$fn$;

comment on function pbdb.submit_step_input(uuid, text, jsonb, uuid) is
'Answers a WAIT_FOR_INPUT step that waits for a person; the answer becomes its output (an array '
'of {answer, answered_by} when the step asks for several). p_answered_by is who answers; null is '
'the actor of the transaction (set_actor), as subject_id gives it. A step whose runner was lost '
'(on_lost: wait) is decided with {"retry": true}, {"output": …} or {"fail": true}. p_step_name '
'is the inbox''s step_address, such as ask[1] for the second item of a for_each; the name alone, '
'or the innermost position, where that fits one wait. Raises PB004, PB012 (does not fit the '
'schema), PB013 (not among the assignees), PB023 (nothing waits there any more), PB017 with the '
'list when a name fits several waits.';

revoke execute on function pbdb.submit_step_input(uuid, text, jsonb, uuid) from public;
grant execute on function pbdb.submit_step_input(uuid, text, jsonb, uuid) to pbdb_app;
