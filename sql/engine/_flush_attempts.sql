-- drop: function pbdb._flush_attempts(pbdb.run[])
create or replace function pbdb._flush_attempts(p_runs pbdb.run[])
returns void
language plpgsql
volatile
as $fn$
begin
    if exists (select from unnest(p_runs) as r where cardinality(r.ended) > 0) then
        update pbdb.playbook_step_results as s
        set
            status = e.status, output_data = e.output, error_code = e.error_code,
            error_message = e.error_message, error_stack = e.error_stack, is_lost = e.is_lost,
            verdict_hash = e.verdict_hash, completed_at = e.completed_at,
            updated_at = e.completed_at
        from unnest(p_runs) as r cross join lateral unnest(r.ended) as e
        where s.id = e.result_id;

        delete from pbdb.playbook_ready_steps as q
        using unnest(p_runs) as r cross join lateral unnest(r.ended) as e
        where q.result_id = e.result_id;
    end if;

    insert into pbdb.playbook_step_results (
        id, execution_id, step_id, organization_id, scope_id, status, attempt_number, visit,
        input_data, request, output_data, error_message, error_code, started_at,
        completed_at, metadata, created_at, updated_at
    )
    select
        s.id, s.execution_id, s.step_id, s.organization_id, s.scope_id, s.status,
        s.attempt_number, s.visit, s.input_data, s.request, s.output_data, s.error_message,
        s.error_code, s.started_at, s.completed_at, s.metadata, s.created_at, s.updated_at
    from unnest(p_runs) as r cross join lateral unnest(r.results) as s;

    if exists (select from unnest(p_runs) as r where cardinality(r.ready) > 0) then
        insert into pbdb.playbook_ready_steps (
            result_id, organization_id, execution_id, handler, state, due_at, step_index,
            timeout_seconds, event_name, event_match
        )
        select
            q.result_id, q.organization_id, q.execution_id, q.handler, q.state, q.due_at,
            q.step_index, q.timeout_seconds, q.event_name, q.event_match
        from unnest(p_runs) as r cross join lateral unnest(r.ready) as q;

        perform pbdb._wake_runners();
    end if;
end;
$fn$;

comment on function pbdb._flush_attempts(pbdb.run[]) is
'Writes ended, new and queued attempts of some executions.';

revoke execute on function pbdb._flush_attempts(pbdb.run[]) from public;
