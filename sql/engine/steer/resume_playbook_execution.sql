-- drop: function pbdb.resume_playbook_execution(uuid)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.resume_playbook_execution(p_execution_id uuid)
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
    perform pbdb._refuse_ended(v_run, 'resumed', null);
    if v_run.status <> 'PAUSED' then
        return;
    end if;
    if v_run.pause_reason = 'waiting' then
        raise exception using
            errcode = 'PB008',
            message = format(
                'execution %s waits for an answer, an event or a time', p_execution_id
            ),
            hint = 'See pbdb.playbook_inbox, then: select pbdb.submit_step_input(''<id>'', '
                '''<step>'', ''<json>'');';
    end if;

    v_run := pbdb._end_pause(v_run);
    update pbdb.playbook_ready_steps as q
    set state = 'READY'
    where
        q.organization_id = v_run.organization_id and q.execution_id = p_execution_id
        and q.state = 'HELD';
    v_run := pbdb._settle_pause(v_run);
    perform pbdb._flush_runs(array[v_run]);
    perform pbdb._audit(v_run.organization_id, 'execution.resume', p_execution_id, null);
    perform pbdb._wake_runners();
    perform pbdb._run_engine_steps(
        array[coalesce(v_run.root_execution_id, v_run.execution_id)], 100
    );
end;
$fn$;

comment on function pbdb.resume_playbook_execution(uuid) is
'Goes on after pause_playbook_execution; nothing when it runs already. Raises PB004, PB008 (it has '
'ended, or waits for an answer).';

revoke execute on function pbdb.resume_playbook_execution(uuid) from public;
grant execute on function pbdb.resume_playbook_execution(uuid) to pbdb_app;
