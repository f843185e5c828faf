-- drop: function pbdb._end_attempt(pbdb.run, jsonb, pbdb.playbook_step_results, jsonb, jsonb, bigint)
--
-- Every end of an attempt whose row is stored comes through here: completions, failures, losses,
-- answers, timers, joins and child executions.
create or replace function pbdb._end_attempt(
    p_run pbdb.run,
    p_step jsonb,
    p_attempt pbdb.playbook_step_results,
    p_output jsonb,
    p_error jsonb,
    p_verdict_hash bigint
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_ended pbdb.ended_attempt;
    v_error jsonb := coalesce(p_error, pbdb._output_error(p_step, p_output));
    v_code text := v_error ->> 'code';
    v_status pbdb.step_result_status := 'COMPLETED';
    v_is_lost boolean := coalesce((v_error ->> 'is_lost')::boolean, false);
    v_tries_again boolean := false;
begin
    if v_error is not null then
        v_status := case
            when v_code in ('TIMEOUT', 'WAIT_TIMEOUT') then 'TIMEOUT'
            else 'FAILED'
        end;
        v_tries_again := p_step ->> 'kind' = 'claimed'
            and p_attempt.attempt_number < (p_step ->> 'max_attempts')::int
            and not coalesce((v_error ->> 'permanent')::boolean, false)
            -- What may have happened is not done again, unless it may be.
            and not (v_error ? 'unknown_outcome' and p_step ->> 'on_lost' = 'fail');
        if not v_tries_again then
            if v_is_lost and v_code = 'LOST' then
                v_code := 'LOST_TOO_OFTEN';
            end if;
            if (p_step ->> 'optional')::boolean
                and jsonb_typeof(p_step -> 'failure') is distinct from 'number' then
                v_status := 'SKIPPED';
            end if;
        end if;
    end if;

    v_ended.result_id := p_attempt.id;
    v_ended.status := v_status;
    v_ended.output := case when v_error is null then p_output end;
    v_ended.error_code := v_code;
    v_ended.error_message := v_error ->> 'message';
    v_ended.error_stack := v_error ->> 'stack';
    v_ended.error_details := v_error -> 'details';
    v_ended.is_lost := v_is_lost;
    v_ended.verdict_hash := p_verdict_hash;
    v_ended.completed_at := clock_timestamp();
    p_run.ended := p_run.ended || v_ended;

    if v_tries_again then
        return pbdb._make_retry(p_run, p_step, p_attempt, v_error);
    end if;
    p_run.current_step_id := p_step ->> 'id';
    return pbdb._leave_step(
        p_run, p_step, pbdb._new_thread(p_attempt.scope_id, null), p_attempt.visit, v_status,
        v_ended.output, v_error || jsonb_build_object('code', v_code), null
    );
end;
$fn$;

comment on function pbdb._end_attempt(
    pbdb.run, jsonb, pbdb.playbook_step_results, jsonb, jsonb, bigint
) is
'Ends a stored attempt with an output or an error {code, message, stack, details, permanent, '
'retry_after_seconds, unknown_outcome, is_lost}: completes the step, queues the next attempt, or '
'takes the failure path.';

revoke execute on function pbdb._end_attempt(
    pbdb.run, jsonb, pbdb.playbook_step_results, jsonb, jsonb, bigint
) from public;
