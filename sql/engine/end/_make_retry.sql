-- drop: function pbdb._make_retry(pbdb.run, jsonb, pbdb.playbook_step_results, jsonb)
--
-- Exponential, capped at an hour, full jitter: random() is evaluated per attempt, so steps that
-- failed together do not come back together.
create or replace function pbdb._make_retry(
    p_run pbdb.run, p_step jsonb, p_attempt pbdb.playbook_step_results, p_error jsonb
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_now timestamptz := clock_timestamp();
    v_result_id uuid := pbdb.uuid_v7();
    v_cap_seconds float8 := least(
        (p_step ->> 'retry_delay')::float8 * power(2, least(p_attempt.attempt_number - 1, 20)), 3600
    );
    v_due_at timestamptz := v_now + interval '1 second' * greatest(
        random() * v_cap_seconds,
        least(coalesce((p_error ->> 'retry_after_seconds')::float8, 0), 2592000)
    );
begin
    p_run.results := p_run.results || row(
        v_result_id, p_run.execution_id, p_attempt.step_id, p_run.organization_id,
        p_attempt.scope_id, 'PENDING', p_attempt.attempt_number + 1, p_attempt.visit,
        p_attempt.input_data, p_attempt.request, null, null, null, null, false, null, null, null,
        null, null, null, null, v_now, v_now
    )::pbdb.playbook_step_results;
    p_run.ready := p_run.ready || row(
        v_result_id, p_run.organization_id, p_run.execution_id,
        pbdb._attempt_handler(p_step, p_attempt.request),
        case when p_run.status = 'PAUSED' then 'HELD' else 'READY' end, v_due_at,
        (p_step ->> 'i')::int, (p_step ->> 'timeout')::int, null, null, null, null
    )::pbdb.playbook_ready_steps;
    return p_run;
end;
$fn$;

comment on function pbdb._make_retry(pbdb.run, jsonb, pbdb.playbook_step_results, jsonb) is
'Queues the next attempt of a step after retry_delay × 2^(n-1) seconds with full jitter, never '
'before what the error asks.';

revoke execute on function pbdb._make_retry(
    pbdb.run, jsonb, pbdb.playbook_step_results, jsonb
) from public;
