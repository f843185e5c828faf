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
    v_result_id uuid := pbdb.uuid_v7();
    v_next pbdb.playbook_step_results;
    v_cap_seconds float8 := least(
        (p_step ->> 'retry_delay')::float8 * power(2, least(p_attempt.attempt_number - 1, 20)), 3600
    );
    v_due_at timestamptz := clock_timestamp() + interval '1 second' * greatest(
        random() * v_cap_seconds,
        least(coalesce((p_error ->> 'retry_after_seconds')::float8, 0), 2592000)
    );
begin
    v_next := pbdb._new_attempt(
        v_result_id, p_run.execution_id, p_run.organization_id, p_attempt.step_id,
        p_attempt.scope_id, p_attempt.visit, 'PENDING', p_attempt.input_data, p_attempt.request
    );
    v_next.attempt_number := p_attempt.attempt_number + 1;
    p_run.results := p_run.results || v_next;
    p_run.ready := p_run.ready || pbdb._new_ready_step(
        v_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'i')::int,
        pbdb._attempt_handler(p_step, p_attempt.request), null,
        case when p_run.status = 'PAUSED' then 'HELD' else 'READY' end::pbdb.ready_state, v_due_at,
        (p_step ->> 'timeout')::int
    );
    return p_run;
end;
$fn$;

comment on function pbdb._make_retry(pbdb.run, jsonb, pbdb.playbook_step_results, jsonb) is
'Queues the next attempt of a step after retry_delay × 2^(n-1) seconds with full jitter, never '
'before what the error asks.';

revoke execute on function pbdb._make_retry(
    pbdb.run, jsonb, pbdb.playbook_step_results, jsonb
) from public;
