-- drop: function pbdb._diagnose_step(pbdb.playbook_ready_steps, pbdb.playbook_step_results, text)
--
-- Longer than a screen because it is one list of findings.
create or replace function pbdb._diagnose_step(
    p_ready pbdb.playbook_ready_steps, p_attempt pbdb.playbook_step_results, p_step_name text
)
returns table (finding text, remedy text)
language sql
stable
security invoker
begin atomic
select
    format('step "%s", attempt %s: ', p_step_name, p_attempt.attempt_number) || case
        when p_ready.state = 'HELD' then 'held because the execution is paused'
        when p_ready.state = 'LEASED' and p_ready.due_at <= clock_timestamp()
            then format('the lease of %s expired at %s', p_attempt.worker, p_ready.due_at)
        when p_ready.state = 'LEASED'
            then format('leased by %s until %s', p_attempt.worker, p_ready.due_at)
        when p_ready.waits_for = 'INPUT' then format(
            'waits for a person''s answer until %s', p_ready.due_at
        )
        when p_ready.waits_for = 'EVENT' then format(
            'waits for event "%s" matching %s until %s', p_ready.event_name, p_ready.event_match,
            p_ready.due_at
        )
        when p_ready.waits_for = 'TIMER' then format('waits until %s', p_ready.due_at)
        when p_ready.waits_for = 'CHILD' then 'waits for the playbook that it called'
        when p_ready.waits_for = 'LOST'
            then 'its runner was lost and nobody knows whether it had its effect (on_lost: wait)'
        when p_ready.due_at > clock_timestamp() and p_ready.refusals > 0 then format(
            '%s times a runner could not execute it; is offered again at %s', p_ready.refusals,
            p_ready.due_at
        )
        when p_ready.due_at > clock_timestamp() then format('retries at %s', p_ready.due_at)
        when p_ready.waits_for = 'ENGINE' then 'is due and waits for the next claim or sweep'
        when w.known = 0 then format('no runner that has handler %s is known', p_ready.handler)
        else format(
            'is due since %s; %s known runners have handler %s', p_ready.due_at, w.known,
            p_ready.handler
        )
    end,
    case
        when p_ready.state = 'HELD'
            then format('select pbdb.resume_playbook_execution(%L);', p_attempt.execution_id)
        when p_ready.waits_for in ('INPUT', 'LOST') then format(
            'select pbdb.submit_step_input(%L, %L, ''<json>'');', p_attempt.execution_id,
            (
                select i.step_address
                from pbdb.playbook_inbox as i
                where
                    i.organization_id = p_attempt.organization_id
                    and i.execution_id = p_attempt.execution_id
                    and i.step_result_id = p_attempt.id
            )
        )
        when p_ready.waits_for = 'EVENT'
            then format('select pbdb.emit_playbook_event(%L, ''<json>'');', p_ready.event_name)
        when p_ready.due_at <= clock_timestamp()
            and (p_ready.state = 'LEASED' or p_ready.waits_for = 'ENGINE')
            then format('select pbdb.advance_playbook_execution(%L);', p_attempt.execution_id)
        when p_ready.state = 'READY' and p_ready.due_at <= clock_timestamp() and w.known = 0
            then case
                when p_ready.handler = any(pbdb._sql_types())
                    then 'Start a runner, or: select pbdb.run_due_sql_steps();'
                else format(
                    'Start a runner that registers %s: pbdb worker --app …', p_ready.handler
                )
            end
    end
from (
    select count(*) as known
    from pbdb.workers as k
    where p_ready.handler = any(k.handlers) or split_part(p_ready.handler, ':', 1) = any(k.handlers)
) as w;
end;

comment on function pbdb._diagnose_step(
    pbdb.playbook_ready_steps, pbdb.playbook_step_results, text
) is
'What one queued, leased or waiting step waits for, and the call that moves it (null: time alone '
'will).';

revoke execute on function pbdb._diagnose_step(
    pbdb.playbook_ready_steps, pbdb.playbook_step_results, text
) from public;
