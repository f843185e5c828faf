-- drop: function pbdb._await_decision(pbdb.run, pbdb.playbook_step_results, text, text)
--
-- The row's own place in the queue becomes the wait: whoever decides ends this attempt.
create or replace function pbdb._await_decision(
    p_run pbdb.run, p_attempt pbdb.playbook_step_results, p_code text, p_message text
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    update pbdb.playbook_ready_steps as q
    set
        state = 'WAITING', handler = null, waits_for = 'LOST', due_at = 'infinity', token = null,
        deadline_at = null
    where
        q.organization_id = p_run.organization_id and q.execution_id = p_run.execution_id
        and q.result_id = p_attempt.id;
    update pbdb.playbook_step_results as r
    set
        is_lost = true, token = null, error_code = p_code, error_message = p_message,
        updated_at = clock_timestamp()
    where r.organization_id = p_run.organization_id and r.id = p_attempt.id;
    return pbdb._settle_pause(p_run);
end;
$fn$;

comment on function pbdb._await_decision(
    pbdb.run, pbdb.playbook_step_results, text, text
) is
'Lets an attempt of which nobody knows whether it had its effect wait for a person (on_lost: '
'wait). A message says why; null when its runner vanished.';

revoke execute on function pbdb._await_decision(
    pbdb.run, pbdb.playbook_step_results, text, text
) from public;
