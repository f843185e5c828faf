-- drop: function pbdb.cancel_playbook_execution(uuid, text)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.cancel_playbook_execution(
    p_execution_id uuid, p_reason text default null
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
begin
    perform pbdb._check_text('reason', p_reason, 10000);
    if v_run.status = 'CANCELLED' then
        return;
    end if;
    perform pbdb._refuse_ended(v_run, 'cancelled', 'What has ended stays as it is.');
    v_run := pbdb._finish(
        v_run, pbdb._program_of(v_run.organization_id, v_run.playbook_id), 'CANCELLED', null,
        jsonb_build_object(
            'code', 'CANCELLED', 'message', coalesce(p_reason, 'cancelled by an operator')
        )
    );
    perform pbdb._flush_runs(array[v_run]);
    perform pbdb._audit(v_run.organization_id, 'execution.cancel', p_execution_id, null, p_reason);
    perform pbdb._run_engine_steps(
        array[coalesce(v_run.root_execution_id, v_run.execution_id)], 100
    );
end;
$fn$;

comment on function pbdb.cancel_playbook_execution(uuid, text) is
'Ends an execution as CANCELLED and closes its open steps and child executions; runners learn it '
'at the next heartbeat. Cancelling twice is nothing. Raises PB004, PB008 (it has ended otherwise).';

revoke execute on function pbdb.cancel_playbook_execution(uuid, text) from public;
grant execute on function pbdb.cancel_playbook_execution(uuid, text) to pbdb_app;
