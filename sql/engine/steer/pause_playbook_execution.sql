-- drop: function pbdb.pause_playbook_execution(uuid)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.pause_playbook_execution(p_execution_id uuid)
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
    perform pbdb._refuse_ended(v_run, 'paused', null);
    if v_run.status <> 'PAUSED' then
        v_run.status := 'PAUSED';
        v_run.paused_at := clock_timestamp();
    end if;
    v_run.pause_reason := 'operator';

    perform q.result_id
    from pbdb.playbook_ready_steps as q
    where q.organization_id = v_run.organization_id and q.execution_id = p_execution_id
    order by q.result_id
    for update;
    update pbdb.playbook_ready_steps as q
    set state = 'HELD'
    where
        q.organization_id = v_run.organization_id and q.execution_id = p_execution_id
        and q.state = 'READY';
    perform pbdb._flush_runs(array[v_run]);
    perform pbdb._audit(v_run.organization_id, 'execution.pause', p_execution_id, null);
end;
$fn$;

comment on function pbdb.pause_playbook_execution(uuid) is
'Running steps finish, nothing new starts, the deadline stops ticking. Pausing a paused execution '
'keeps it paused also when an answer comes. Raises PB004, PB008 (it has ended).';

revoke execute on function pbdb.pause_playbook_execution(uuid) from public;
grant execute on function pbdb.pause_playbook_execution(uuid) to pbdb_app;
