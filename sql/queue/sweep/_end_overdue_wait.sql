-- drop: function pbdb._end_overdue_wait(pbdb.run, jsonb, pbdb.playbook_step_results, pbdb.playbook_ready_steps)
create or replace function pbdb._end_overdue_wait(
    p_run pbdb.run,
    p_step jsonb,
    p_attempt pbdb.playbook_step_results,
    p_ready pbdb.playbook_ready_steps
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_run.status = 'PAUSED' and p_run.pause_reason = 'waiting' then
        p_run := pbdb._end_pause(p_run);
    end if;
    if p_ready.waits_for = 'TIMER' then
        return pbdb._end_attempt(
            p_run, p_step, p_attempt,
            jsonb_build_object('waited_until', pbdb._time_text(p_ready.due_at)), null, null
        );
    end if;
    if p_ready.waits_for = 'CHILD' then
        p_run := pbdb._drop_calls(p_run, array[p_attempt.id]);
    end if;
    return pbdb._end_attempt(p_run, p_step, p_attempt, null, jsonb_build_object(
        'code', case when p_ready.waits_for = 'CHILD' then 'TIMEOUT' else 'WAIT_TIMEOUT' end,
        'permanent', true,
        'message', format('nothing came by %s', pbdb._time_text(p_ready.due_at))
    ), null);
end;
$fn$;

comment on function pbdb._end_overdue_wait(
    pbdb.run, jsonb, pbdb.playbook_step_results, pbdb.playbook_ready_steps
) is
'Ends a wait whose time has come: a timer completes, everything else times out and takes its '
'failure path.';

revoke execute on function pbdb._end_overdue_wait(
    pbdb.run, jsonb, pbdb.playbook_step_results, pbdb.playbook_ready_steps
) from public;
