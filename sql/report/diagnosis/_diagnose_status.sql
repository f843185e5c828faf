-- drop: function pbdb._diagnose_status(pbdb.playbook_executions)
create or replace function pbdb._diagnose_status(p_execution pbdb.playbook_executions)
returns table (finding text, remedy text)
language sql
stable
security invoker
begin atomic
select
    case
        when p_execution.status = 'PAUSED' and p_execution.pause_reason = 'operator'
            then format('paused by an operator since %s', p_execution.paused_at)
        when p_execution.status = 'PAUSED'
            then format('waits since %s; its deadline does not tick', p_execution.paused_at)
        when p_execution.completed_at is not null
            then format(
                '%s at %s%s', p_execution.status, p_execution.completed_at,
                coalesce(': ' || p_execution.error_code || ': ' || p_execution.error_message, '')
            )
        when p_execution.deadline_at <= clock_timestamp()
            then format('past its deadline %s and not swept', p_execution.deadline_at)
        else format('%s until at most %s', p_execution.status, p_execution.deadline_at)
    end,
    case
        when p_execution.status = 'PAUSED' and p_execution.pause_reason = 'operator'
            then format('select pbdb.resume_playbook_execution(%L);', p_execution.id)
        when p_execution.status in ('FAILED', 'TIMEOUT', 'CANCELLED')
            then format('select pbdb.retry_playbook_execution(%L);', p_execution.id)
        when p_execution.completed_at is null and p_execution.deadline_at <= clock_timestamp()
            then 'Start a runner, or: select * from pbdb.sweep();'
    end;
end;

comment on function pbdb._diagnose_status(pbdb.playbook_executions) is
'What the status of an execution means for whoever waits for it, and the call that changes it '
'(null: none needed).';

revoke execute on function pbdb._diagnose_status(pbdb.playbook_executions) from public;
