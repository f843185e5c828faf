-- drop: function pbdb._cancel_child(uuid)
create or replace function pbdb._cancel_child(p_execution_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_run pbdb.run := pbdb._lock_run(p_execution_id);
begin
    if v_run.completed_at is not null then
        return;
    end if;
    v_run := pbdb._finish(
        v_run, pbdb._program_of(v_run.organization_id, v_run.playbook_id), 'CANCELLED', null,
        jsonb_build_object('code', 'CANCELLED', 'message', (
            select coalesce(r.error_message, 'the step that called it has ended')
            from pbdb.playbook_step_results as r
            where r.id = v_run.parent_result_id
        ))
    );
    perform pbdb._flush_runs(array[v_run]);
end;
$fn$;

comment on function pbdb._cancel_child(uuid) is
'Cancels an open child execution for which nobody waits any more, for the reason that ended the '
'step that called it, and with it those that it called: as deep as playbooks may call each other.';

revoke execute on function pbdb._cancel_child(uuid) from public;
