-- drop: function pbdb._insert_attempts(pbdb.run[], text, text[], int, int)
--
-- What a runner's own completion makes ready can be handed to it in the same breath: such a step is
-- stored leased and RUNNING from the start, which spares an update of each of its rows.
-- Longer than a screen because it is one statement: both rows of a step must get the same token.
create or replace function pbdb._insert_attempts(
    p_runs pbdb.run[], p_worker text, p_handlers text[], p_limit int, p_lease_seconds int
)
returns pbdb.claimed_step[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_now timestamptz := clock_timestamp();
    v_claims pbdb.claimed_step[];
begin
    with fresh as materialized (
        select
            q.result_id, q.organization_id, q.execution_id, q.handler, q.waits_for, q.state,
            q.due_at, q.step_index, q.timeout_seconds, q.event_name, q.event_match,
            case
                when q.state = 'READY' and q.handler = any(p_handlers) and q.due_at <= v_now
                    and row_number() over (
                        partition by q.state = 'READY' and q.handler = any(p_handlers)
                            and q.due_at <= v_now
                        order by q.due_at
                    ) <= p_limit
                    then gen_random_uuid()
            end as token
        from unnest(p_runs) as r cross join lateral unnest(r.ready) as q
    ),
    stored as (
        insert into pbdb.playbook_step_results (
            id, execution_id, step_id, organization_id, scope_id, status, attempt_number, visit,
            input_data, request, output_data, error_message, error_code, started_at,
            completed_at, worker, token, metadata, created_at, updated_at
        )
        select
            s.id, s.execution_id, s.step_id, s.organization_id, s.scope_id,
            case when f.token is null then s.status else 'RUNNING' end, s.attempt_number, s.visit,
            s.input_data, s.request, s.output_data, s.error_message, s.error_code,
            case when f.token is null then s.started_at else v_now end, s.completed_at,
            case when f.token is not null then p_worker end, f.token, s.metadata, s.created_at,
            s.updated_at
        from unnest(p_runs) as r
        cross join lateral unnest(r.results) as s
        left join fresh as f on f.result_id = s.id
        returning
            id, execution_id, step_id, organization_id, scope_id, attempt_number, visit,
            input_data, request, token
    ),
    queued as (
        insert into pbdb.playbook_ready_steps (
            execution_id, result_id, organization_id, handler, waits_for, state, due_at,
            step_index, timeout_seconds, token, deadline_at, event_name, event_match
        )
        select
            f.execution_id, f.result_id, f.organization_id, f.handler, f.waits_for,
            case when f.token is null then f.state else 'LEASED' end,
            case
                when f.token is null then f.due_at
                else v_now + interval '1 second' * least(p_lease_seconds, f.timeout_seconds + 2)
            end,
            f.step_index, f.timeout_seconds, f.token,
            case
                when f.token is not null then v_now + interval '1 second' * f.timeout_seconds
            end,
            f.event_name, f.event_match
        from fresh as f
        returning result_id, step_index, handler, timeout_seconds, deadline_at, due_at, token
    )
    select array_agg(c) into v_claims
    from stored as s
    inner join queued as q on q.result_id = s.id
    inner join unnest(p_runs) as r on r.execution_id = s.execution_id
    inner join pbdb.playbook_programs as g
        on g.organization_id = r.organization_id and g.playbook_id = r.playbook_id
    cross join lateral pbdb._claimed_step(
        s.id, s.token, s.organization_id, s.execution_id, s.step_id, s.scope_id,
        s.attempt_number, s.visit, s.input_data, r.input, s.request, q.handler,
        q.timeout_seconds, q.deadline_at, q.due_at, r.execution_name, g.program, q.step_index
    ) as c
    where q.token is not null;
    return coalesce(v_claims, '{}');
end;
$fn$;

comment on function pbdb._insert_attempts(pbdb.run[], text, text[], int, int) is
'Stores new attempts and queued steps; up to p_limit of those that are due and for the handler '
'keys given are leased to the worker at once and come back. Null handler keys: none.';

revoke execute on function pbdb._insert_attempts(
    pbdb.run[], text, text[], int, int
) from public;
