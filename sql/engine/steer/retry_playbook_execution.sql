-- drop: function pbdb.retry_playbook_execution(uuid, text, jsonb)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.retry_playbook_execution(
    p_execution_id uuid, p_from_step text default null, p_input jsonb default null
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
    v_run pbdb.run := pbdb._require_run(pbdb.require_organization(), p_execution_id);
    v_program jsonb;
begin
    if v_run.status not in ('FAILED', 'TIMEOUT', 'CANCELLED') then
        raise exception using
            errcode = 'PB008',
            message = format(
                'execution %s is %s and cannot be retried', p_execution_id, v_run.status
            ),
            hint = 'Only FAILED, TIMEOUT and CANCELLED executions can; cancel a running one first.';
    end if;
    perform pbdb._unroll_execution(e)
    from pbdb.playbook_executions as e
    where e.id = p_execution_id;
    v_program := pbdb._program_of(v_run.organization_id, v_run.playbook_id);
    if p_input is not null then
        v_run := pbdb._replace_input(v_run, v_program, p_input);
    end if;
    v_run.threads := array[
        pbdb._new_thread(null, pbdb._retry_point(v_run, v_program, p_from_step))
    ];
    v_run.status := 'RUNNING';
    v_run.is_revisiting := true;
    v_run.completed_at := null;
    v_run.error_code := null;
    v_run.error_message := null;
    v_run.error_stack := null;
    v_run.deadline_at := clock_timestamp()
        + interval '1 second' * (v_program ->> 'timeout_seconds')::int;
    perform pbdb._audit(
        v_run.organization_id, 'execution.retry', p_execution_id, p_from_step, null,
        case when p_input is not null then '{"changed": ["input"]}'::jsonb end
    );
    v_run := pbdb._advance(v_run, v_program);
    perform pbdb._flush_runs(array[v_run]);
    perform pbdb._run_engine_steps(
        array[coalesce(v_run.root_execution_id, v_run.execution_id)], 100
    );
end;
$fn$;

comment on function pbdb.retry_playbook_execution(uuid, text, jsonb) is
'Runs a FAILED, TIMEOUT or CANCELLED execution again from the step where it ended, or from a named '
'step outside branches, with a new deadline; completed work is kept, also the finished branches of '
'a parallel step. With p_input, what runs from now on reads that instead of the first input, which '
'is kept for what ran before. Raises PB004, PB006 (the input does not fit), PB008, PB014, PB017.';

revoke execute on function pbdb.retry_playbook_execution(uuid, text, jsonb) from public;
grant execute on function pbdb.retry_playbook_execution(uuid, text, jsonb) to pbdb_app;
