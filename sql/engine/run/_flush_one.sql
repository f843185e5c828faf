-- drop: function pbdb._flush_one(pbdb.run, text, text[], int, int)
--
-- What most reports come to: one stored execution, an attempt that ended, perhaps one that is next.
-- The rows are those that _flush_runs would write, and their locks come in the same order; plain
-- statements with values cost a quarter less than statements over arrays of composites.
create or replace function pbdb._flush_one(
    p_run pbdb.run, p_worker text, p_handlers text[], p_limit int, p_lease_seconds int
)
returns pbdb.claimed_step[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_ended pbdb.ended_attempt;
begin
    update pbdb.playbook_executions as e
    set
        status = p_run.status, output_data = p_run.output, error_code = p_run.error_code,
        error_message = p_run.error_message, error_stack = p_run.error_stack,
        completed_at = p_run.completed_at, current_step_id = p_run.current_step_id,
        completed_steps = p_run.completed_steps, handled_error = p_run.handled_error,
        is_revisiting = p_run.is_revisiting, pause_reason = p_run.pause_reason,
        paused_at = p_run.paused_at, deadline_at = p_run.deadline_at,
        finished_xid = case when p_run.completed_at is not null then pg_current_xact_id() end,
        updated_at = clock_timestamp()
    where e.organization_id = p_run.organization_id and e.id = p_run.execution_id;

    foreach v_ended in array p_run.ended loop
        update pbdb.playbook_step_results as s
        set
            status = v_ended.status, output_data = v_ended.output, error_code = v_ended.error_code,
            error_message = v_ended.error_message, error_stack = v_ended.error_stack,
            error_details = v_ended.error_details, is_lost = v_ended.is_lost,
            verdict_hash = v_ended.verdict_hash, completed_at = v_ended.completed_at,
            updated_at = v_ended.completed_at
        where s.organization_id = p_run.organization_id and s.id = v_ended.result_id;

        delete from pbdb.playbook_ready_steps as q
        where
            q.organization_id = p_run.organization_id and q.execution_id = p_run.execution_id
            and q.result_id = v_ended.result_id;
    end loop;

    if cardinality(p_run.results) = 0 then
        return '{}';
    end if;
    return pbdb._store_next(p_run, p_worker, p_handlers, p_limit, p_lease_seconds);
end;
$fn$;

comment on function pbdb._flush_one(pbdb.run, text, text[], int, int) is
'Writes what a report did to one stored execution that nobody called and that called nobody: its '
'row, the attempts that ended, and the next one, if there is one, with its place in the queue. '
'Leases that to the worker when it has the handler; it comes back.';

revoke execute on function pbdb._flush_one(pbdb.run, text, text[], int, int) from public;
