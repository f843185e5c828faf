-- drop: function pbdb._diagnose_setbacks(pbdb.playbook_executions)
create or replace function pbdb._diagnose_setbacks(p_execution pbdb.playbook_executions)
returns table (finding text, remedy text)
language sql
stable
security invoker
begin atomic
select
    format(
        'put aside until %s: the %s failed %s times, last with SQLSTATE %s: %s', s.not_before,
        s.place, s.failed_turns, s.error_code, s.error_message
    ),
    case
        when s.failed_turns >= 5
            then format('select pbdb.cancel_playbook_execution(%L);', p_execution.id)
        else 'Nothing: after five turns it fails, or mend what the error names.'
    end
from pbdb.playbook_setbacks as s
where
    s.organization_id = p_execution.organization_id and s.execution_id = p_execution.id
    and p_execution.completed_at is null
order by s.updated_at desc
limit 10;
end;

comment on function pbdb._diagnose_setbacks(pbdb.playbook_executions) is
'What of an execution is put aside because its turns fail, and why.';

revoke execute on function pbdb._diagnose_setbacks(pbdb.playbook_executions) from public;
