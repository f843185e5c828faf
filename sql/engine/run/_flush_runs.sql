-- drop: function pbdb._flush_runs(pbdb.run[], text, text[], int, int)
--
-- Every write of an advance happens here, a statement a table however many executions were moved.
-- The order is the order of the locks: execution, results, ready steps. What there is to write is
-- found out in a loop, because each query over the runs costs a dozen microseconds.
create or replace function pbdb._flush_runs(
    p_runs pbdb.run[],
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
    v_run pbdb.run;
    v_has_new boolean := false;
    v_has_old boolean := false;
    v_has_ended boolean := false;
    v_ready int := 0;
begin
    foreach v_run in array p_runs loop
        v_has_new := v_has_new or v_run.is_new;
        v_has_old := v_has_old or not v_run.is_new;
        v_has_ended := v_has_ended or cardinality(v_run.ended) > 0;
        v_ready := v_ready + cardinality(v_run.ready);
    end loop;

    if v_has_new then
        insert into pbdb.playbook_executions (
            id, playbook_id, organization_id, execution_name, status, triggered_by,
            trigger_source, input_data, output_data, error_code, error_message, error_stack,
            started_at, completed_at, current_step_id, completed_steps, total_steps,
            handled_error, pause_reason, paused_at, deadline_at, idempotency_key, input_hash,
            root_execution_id, parent_result_id, depth, finished_xid, metadata, created_at,
            updated_at
        )
        select
            r.execution_id, r.playbook_id, r.organization_id, r.execution_name, r.status,
            r.triggered_by, r.trigger_source, r.input, r.output, r.error_code, r.error_message,
            r.error_stack, r.started_at, r.completed_at, r.current_step_id, r.completed_steps,
            r.total_steps, r.handled_error, r.pause_reason, r.paused_at, r.deadline_at,
            r.idempotency_key, r.input_hash, r.root_execution_id, r.parent_result_id, r.depth,
            case when r.completed_at is not null then pg_current_xact_id() end, r.metadata,
            r.started_at, r.started_at
        from unnest(p_runs) as r
        where r.is_new;
    end if;

    if v_has_old then
        update pbdb.playbook_executions as e
        set
            status = r.status, output_data = r.output, error_code = r.error_code,
            error_message = r.error_message, error_stack = r.error_stack,
            completed_at = r.completed_at, current_step_id = r.current_step_id,
            completed_steps = r.completed_steps, handled_error = r.handled_error,
            is_revisiting = r.is_revisiting, pause_reason = r.pause_reason,
            paused_at = r.paused_at, deadline_at = r.deadline_at,
            finished_xid = case when r.completed_at is not null then pg_current_xact_id() end,
            updated_at = clock_timestamp()
        from unnest(p_runs) as r
        where
            e.id = r.execution_id and not r.is_new
            and e.id = any(array(select r.execution_id from unnest(p_runs) as r));
    end if;

    return pbdb._flush_attempts(
        p_runs, v_has_ended, v_ready, p_worker, p_handlers, p_limit, p_lease_seconds
    );
end;
$fn$;

comment on function pbdb._flush_runs(pbdb.run[], text, text[], int, int) is
'Writes what one call did to its executions (the rows of those that are not new are locked by the '
'caller), and leases up to p_limit of the steps that became due to the worker, when it has their '
'handler; those come back.';

revoke execute on function pbdb._flush_runs(pbdb.run[], text, text[], int, int) from public;
