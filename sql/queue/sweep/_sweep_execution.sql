-- drop: function pbdb._sweep_execution(uuid)
create or replace function pbdb._sweep_execution(p_execution_id uuid)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_run pbdb.run;
begin
    if not pbdb._try_lock(p_execution_id) then
        return null;
    end if;
    v_run := pbdb._lock_run(p_execution_id);
    if v_run.status not in ('PENDING', 'RUNNING') or v_run.deadline_at > clock_timestamp() then
        return null;
    end if;
    v_run := pbdb._finish(
        v_run, pbdb._program_of(v_run.organization_id, v_run.playbook_id), 'TIMEOUT', null,
        jsonb_build_object(
            'code', 'TIMEOUT', 'message', format(
                'the execution did not end by %s (timeout_seconds of its playbook)',
                v_run.deadline_at
            )
        )
    );
    perform pbdb._flush_runs(array[v_run]);
    return 'execution timed out';
end;
$fn$;

comment on function pbdb._sweep_execution(uuid) is
'Ends an execution whose deadline has passed as TIMEOUT; null when it is locked or no longer due.';

revoke execute on function pbdb._sweep_execution(uuid) from public;
