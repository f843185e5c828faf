-- drop: function pbdb._store_next(pbdb.run, text, text[], int, int)
create or replace function pbdb._store_next(
    p_run pbdb.run, p_worker text, p_handlers text[], p_limit int, p_lease_seconds int
)
returns pbdb.claimed_step[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_now timestamptz := clock_timestamp();
    v_next pbdb.playbook_step_results := p_run.results[1];
    v_place pbdb.playbook_ready_steps := p_run.ready[1];
    v_is_taken boolean := p_limit > 0 and v_place.state = 'READY' and v_place.due_at <= v_now
        and coalesce(v_place.handler = any(p_handlers), false);
begin
    if v_is_taken then
        v_place.token := gen_random_uuid();
        v_place.state := 'LEASED';
        v_place.due_at :=
            v_now + interval '1 second' * least(p_lease_seconds, v_place.timeout_seconds + 2);
        v_place.deadline_at := v_now + interval '1 second' * v_place.timeout_seconds;
        v_next.status := 'RUNNING';
        v_next.started_at := v_now;
        v_next.worker := p_worker;
        v_next.token := v_place.token;
    else
        perform pbdb._wake_runners();
    end if;

    insert into pbdb.playbook_step_results (
        id, execution_id, step_id, organization_id, scope_id, status, attempt_number, visit,
        input_data, request, started_at, worker, token, metadata, created_at, updated_at
    ) values (
        v_next.id, v_next.execution_id, v_next.step_id, v_next.organization_id, v_next.scope_id,
        v_next.status, v_next.attempt_number, v_next.visit, v_next.input_data, v_next.request,
        v_next.started_at, v_next.worker, v_next.token, v_next.metadata, v_next.created_at,
        v_next.updated_at
    );
    insert into pbdb.playbook_ready_steps (
        execution_id, result_id, organization_id, handler, waits_for, state, due_at, step_index,
        timeout_seconds, token, deadline_at, event_name, event_match
    ) values (
        v_place.execution_id, v_place.result_id, v_place.organization_id, v_place.handler,
        v_place.waits_for, v_place.state, v_place.due_at, v_place.step_index,
        v_place.timeout_seconds, v_place.token, v_place.deadline_at, v_place.event_name,
        v_place.event_match
    );
    if not v_is_taken then
        return '{}';
    end if;
    return array(
        select c
        from pbdb._claimed_step(
            v_next.id, v_next.token, v_next.organization_id, v_next.execution_id, v_next.step_id,
            v_next.scope_id, v_next.attempt_number, v_next.visit, v_next.input_data,
            p_run.input, v_next.request, v_place.handler, v_place.timeout_seconds,
            v_place.deadline_at, v_place.due_at, p_run.execution_name,
            pbdb._program_of(p_run.organization_id, p_run.playbook_id), v_place.step_index
        ) as c
    );
end;
$fn$;

comment on function pbdb._store_next(pbdb.run, text, text[], int, int) is
'Stores the one attempt that is next in a run with its place in the queue; leased to the worker '
'at once when it is due, its handler is among those given and the limit is not 0.';

revoke execute on function pbdb._store_next(pbdb.run, text, text[], int, int) from public;
