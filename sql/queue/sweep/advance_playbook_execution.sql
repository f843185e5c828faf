-- drop: function pbdb.advance_playbook_execution(uuid)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.advance_playbook_execution(p_execution_id uuid)
returns pbdb.playbook_execution_status
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Offered where somebody may hold the execution: whoever nudges it does not wait with the rest.
set lock_timeout = '5s'
as $fn$
declare
    v_run pbdb.run := pbdb._require_run(pbdb.require_organization(), p_execution_id);
    v_result_id uuid;
begin
    if v_run.completed_at is null then
        -- A loop, because each overdue step is settled by itself; bounded by what is stored.
        for v_result_id in
            select q.result_id
            from pbdb.playbook_ready_steps as q
            where
                q.organization_id = v_run.organization_id
                and q.execution_id = p_execution_id and q.due_at <= clock_timestamp()
            order by q.result_id
        loop
            perform pbdb._sweep_step(v_result_id);
        end loop;
        perform pbdb._sweep_execution(p_execution_id);
        perform pbdb._run_engine_steps(
            array[coalesce(v_run.root_execution_id, v_run.execution_id)], 100
        );
    end if;
    return (select e.status from pbdb.playbook_executions as e where e.id = p_execution_id);
end;
$fn$;

comment on function pbdb.advance_playbook_execution(uuid) is
'Moves one execution as far as the database can move it now (overdue leases, waits, timers, kept '
'places) and gives its status. Never needed for progress, because claims and sweeps do it; useful '
'to nudge one execution. Waits five seconds for a row that somebody holds (55P03). Raises PB001, '
'PB004.';

revoke execute on function pbdb.advance_playbook_execution(uuid) from public;
grant execute on function pbdb.advance_playbook_execution(uuid) to pbdb_app;
