-- drop: function pbdb._flush_runs(pbdb.run[], text, text[], int, int)
--
-- The rule: while an execution is in memory, nobody else writes a row of its family (the execution
-- at the top and all that were called from it). Each run is written by who holds it; what it does
-- to others (a child begins, a child is cancelled, a parent is woken) waits in the run and is done
-- here, last, when all that was in memory is written and forgotten. While a cancel waits, no other
-- member is loaded. The order is the order of the locks: execution, results, ready steps; parents
-- before children.
--
-- Whoever holds a run writes at once, and only rows of this execution:
--   scopes, joins    opened, counted and ended by _open_scopes, _fork, _keep_done_scopes,
--                    _end_scope, _end_join, _keep_error: windows, outputs and variables of the same
--                    advance are queries over them, and 10,000 items do not fit into a run
--   closed steps     _close_open_steps: which steps are open is a question to the stored rows, and
--                    a claim that is under way must commit first or not at all
--   attempts         _flush_steps, where a statement has to see them before the advance is over
--   kept places      _run_engine_step takes its row away: two callers must not both go on there
--   queue rows       _end_lost_attempt, pause and resume change the state of rows that stay
--   answers          _collect_answer counts those that came before
-- and two things of no execution, for which sessions compete: a kept event (_take_event) and an
-- idempotency key (_claim_key).
--
-- A statement a table however many executions were moved. What there is to write is found out in a
-- loop, because each query over the runs costs a dozen microseconds.
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
    v_has_family boolean := false;
    v_ready int := 0;
    v_claims pbdb.claimed_step[];
begin
    if cardinality(p_runs) = 1 then
        v_run := p_runs[1];
        if not v_run.is_new
            and cardinality(v_run.results) <= 1 and cardinality(v_run.ready) <= 1
            and (v_run.results[1]).id is not distinct from (v_run.ready[1]).result_id
            and cardinality(v_run.calls) + cardinality(v_run.cancels) = 0
            and (v_run.parent_result_id is null or v_run.completed_at is null) then
            return pbdb._flush_one(v_run, p_worker, p_handlers, p_limit, p_lease_seconds);
        end if;
    end if;

    foreach v_run in array p_runs loop
        v_has_new := v_has_new or v_run.is_new;
        v_has_old := v_has_old or not v_run.is_new;
        v_has_ended := v_has_ended or cardinality(v_run.ended) > 0;
        v_ready := v_ready + cardinality(v_run.ready);
        v_has_family := v_has_family or cardinality(v_run.calls) + cardinality(v_run.cancels) > 0
            or (v_run.parent_result_id is not null and v_run.completed_at is not null);
    end loop;

    if v_has_new then
        perform pbdb._insert_executions(p_runs);
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

    v_claims := pbdb._flush_attempts(
        p_runs, v_has_ended, v_ready, p_worker, p_handlers, p_limit, p_lease_seconds
    );
    if v_has_family then
        perform pbdb._flush_families(p_runs);
    end if;
    return v_claims;
end;
$fn$;

comment on function pbdb._flush_runs(pbdb.run[], text, text[], int, int) is
'Writes what one call did to its executions (the rows of those that are not new are locked by the '
'caller), and leases up to p_limit of the steps that became due to the worker, when it has their '
'handler; those come back.';

revoke execute on function pbdb._flush_runs(pbdb.run[], text, text[], int, int) from public;
