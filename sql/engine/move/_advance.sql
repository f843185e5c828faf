-- drop: function pbdb._advance(pbdb.run, jsonb)
--
-- The heart: takes each place where control stands and moves it on until it ends or has to wait for
-- somebody. What happens is collected in the run and written at once by _flush_runs. A loop, never
-- recursion; a stretch of more than 500 steps is cut, kept as a step that waits for the engine, and
-- goes on in the next claim or sweep. Longer than a screen because this is where a microsecond
-- counts per step.
create or replace function pbdb._advance(p_run pbdb.run, p_program jsonb)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_thread pbdb.thread;
    v_step jsonb;
    v_scope jsonb;
    v_scope_id uuid;
    v_variables jsonb;
    v_effect pbdb.step_effect;
    v_attempt pbdb.playbook_step_results;
    v_visit int;
    v_started_at timestamptz;
    v_result_id uuid;
    v_budget int := 500;
begin
    while cardinality(p_run.threads) > 0 and p_run.completed_at is null loop
        v_thread := p_run.threads[cardinality(p_run.threads)];
        p_run.threads := trim_array(p_run.threads, 1);
        if v_thread.step is null then
            p_run := pbdb._end_scope(p_run, p_program, v_thread);
            continue;
        end if;

        v_step := p_program -> 'steps' -> v_thread.step;
        if p_run.status = 'PAUSED' or v_budget = 0 then
            p_run := pbdb._hold_step(p_run, v_step, v_thread);
            continue;
        end if;
        v_budget := v_budget - 1;

        v_visit := 1;
        if p_run.is_revisiting or (v_step ->> 'in_cycle')::boolean then
            p_run := pbdb._count_visit(p_run, v_step, v_thread.scope_id);
            v_visit := p_run.visits ->> pbdb._visit_key(v_thread.scope_id, v_thread.step);
            if v_visit > (v_step ->> 'max_visits')::int then
                p_run := pbdb._finish(p_run, p_program, 'FAILED', null, jsonb_build_object(
                    'code', 'MAX_VISITS', 'step', v_step -> 'name', 'message', format(
                        'step "%s" was entered more than %s times (its max_visits)',
                        v_step ->> 'name', v_step ->> 'max_visits'
                    )
                ));
                continue;
            end if;
        end if;

        if v_thread.scope_id is distinct from v_scope_id then
            v_scope_id := v_thread.scope_id;
            v_scope := pbdb._scope_variables(p_run.organization_id, v_scope_id);
        end if;
        if v_step -> 'sources' = '[]' and v_scope is null
            and not (v_step ->> 'reads_execution')::boolean then
            v_variables := jsonb_build_object(
                'input', p_run.input, 'error', coalesce(p_run.handled_error, 'null')
            );
        else
            v_variables := pbdb._variables(p_run, p_program, v_step, v_scope, v_scope_id);
        end if;

        v_started_at := clock_timestamp();
        v_effect := pbdb._evaluate_step(
            v_step, v_variables, p_run.input, v_started_at, p_run.organization_id, p_run.depth
        );
        -- No row repeats what the execution has, unless it is small: a list of a thousand items
        -- would be stored a thousand times.
        if (
            v_visit > 1 or v_scope ->> 'index' is not null or pg_column_size(p_run.input) > 2000
        ) and not v_step ? 'mapping' then
            v_effect.input := null;
        end if;
        p_run.current_step_id := v_step ->> 'id';
        v_result_id := pbdb.uuid_v7();

        if v_effect.status = 'PENDING' then
            case v_step ->> 'kind'
                when 'claimed' then
                    p_run := pbdb._make_ready(
                        p_run, v_result_id, v_step, v_thread.scope_id, v_visit, v_effect
                    );
                when 'parallel' then
                    p_run := pbdb._fork(
                        p_run, p_program, v_result_id, v_step, v_thread, v_visit, v_effect
                    );
                when 'wait' then
                    p_run := pbdb._await(
                        p_run, v_result_id, v_step, v_thread, v_visit, v_effect
                    );
                when 'child' then
                    p_run := pbdb._call_playbook(
                        p_run, v_result_id, v_step, v_thread, v_visit, v_effect
                    );
            end case;
            if v_step ->> 'kind' <> 'claimed' then
                -- It may have failed at once, and changed what $error is here.
                v_scope_id := null;
                v_scope := null;
            end if;
            continue;
        end if;

        if v_effect.status = 'FAILED'
            and jsonb_typeof(v_step -> 'failure') is distinct from 'number'
            and (v_step ->> 'optional')::boolean then
            v_effect.status := 'SKIPPED';
        end if;
        v_attempt := pbdb._new_attempt(
            v_result_id, p_run.execution_id, p_run.organization_id, p_run.current_step_id,
            v_thread.scope_id, v_visit, v_effect.status, v_effect.input, v_effect.request
        );
        v_attempt.output_data := v_effect.output;
        v_attempt.error_code := v_effect.error_code;
        v_attempt.error_message := v_effect.error_message;
        v_attempt.completed_at := v_attempt.started_at;
        v_attempt.started_at := v_started_at;
        p_run.results := p_run.results || v_attempt;
        p_run := pbdb._leave_step(
            p_run, v_step, v_thread, v_visit, v_effect.status, v_effect.output,
            case when v_effect.error_code is not null then jsonb_build_object(
                'code', v_effect.error_code, 'message', v_effect.error_message
            ) end,
            v_effect.goes_to
        );
        if v_effect.status = 'FAILED' then
            v_scope_id := null;
            v_scope := null;
        end if;
    end loop;

    if p_run.completed_at is null and (p_program ->> 'has_wait')::boolean then
        p_run := pbdb._settle_pause(p_run);
    end if;
    return p_run;
end;
$fn$;

comment on function pbdb._advance(pbdb.run, jsonb) is
'Moves an execution, whose row the caller has locked or not yet inserted, as far as it can go now. '
'The caller writes the run that comes back with _flush_runs.';

revoke execute on function pbdb._advance(pbdb.run, jsonb) from public;
