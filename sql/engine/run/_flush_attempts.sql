-- drop: function pbdb._flush_attempts(pbdb.run[], boolean, int, text, text[], int, int)
create or replace function pbdb._flush_attempts(
    p_runs pbdb.run[],
    p_has_ended boolean,
    p_ready int,
    p_worker text default null,
    p_handlers text[] default null,
    p_limit int default 0,
    p_lease_seconds int default null
)
returns pbdb.claimed_step[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_claims pbdb.claimed_step[] := '{}';
begin
    if p_has_ended then
        perform pbdb._flush_ended(p_runs);
    end if;

    if p_limit > 0 and p_handlers is not null and p_ready > 0 then
        v_claims := pbdb._insert_attempts(p_runs, p_worker, p_handlers, p_limit, p_lease_seconds);
        if cardinality(v_claims) < p_ready then
            perform pbdb._wake_runners();
        end if;
        return v_claims;
    end if;

    -- Nobody takes steps along, so plain inserts do: cheaper by a tenth of a start.
    insert into pbdb.playbook_step_results (
        id, execution_id, step_id, organization_id, scope_id, status, attempt_number, visit,
        input_data, request, output_data, error_message, error_code, started_at, completed_at,
        metadata, created_at, updated_at
    )
    select
        s.id, s.execution_id, s.step_id, s.organization_id, s.scope_id, s.status,
        s.attempt_number, s.visit, s.input_data, s.request, s.output_data, s.error_message,
        s.error_code, s.started_at, s.completed_at, s.metadata, s.created_at, s.updated_at
    from unnest(p_runs) as r cross join lateral unnest(r.results) as s;

    if p_ready > 0 then
        insert into pbdb.playbook_ready_steps (
            execution_id, result_id, organization_id, handler, waits_for, state, due_at,
            step_index, timeout_seconds, token, deadline_at, event_name, event_match
        )
        select
            q.execution_id, q.result_id, q.organization_id, q.handler, q.waits_for, q.state,
            q.due_at, q.step_index, q.timeout_seconds, q.token, q.deadline_at, q.event_name,
            q.event_match
        from unnest(p_runs) as r cross join lateral unnest(r.ready) as q;
        perform pbdb._wake_runners();
    end if;
    return v_claims;
end;
$fn$;

comment on function pbdb._flush_attempts(pbdb.run[], boolean, int, text, text[], int, int) is
'Writes ended, new and queued attempts of some executions (whether any ended and how many are '
'queued, the caller knows), and leases what becomes due to the worker that asks for it.';

revoke execute on function pbdb._flush_attempts(
    pbdb.run[], boolean, int, text, text[], int, int
) from public;
