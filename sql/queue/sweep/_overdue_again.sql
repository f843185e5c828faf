-- drop: function pbdb._overdue_again(int, uuid)
create or replace function pbdb._overdue_again(p_limit int, p_organization_id uuid)
returns table (kind text, organization_id uuid, id uuid)
language sql
volatile
security invoker
begin atomic
select
    case
        when s.execution_id is null then 'event'
        when s.subject_id = s.execution_id then 'execution'
        else 'step'
    end,
    s.organization_id, s.subject_id
from pbdb.playbook_setbacks as s
where
    s.place in ('sweep', 'event') and s.not_before <= clock_timestamp()
    and (p_organization_id is null or s.organization_id = p_organization_id)
order by s.not_before
limit p_limit;
end;

comment on function pbdb._overdue_again(int, uuid) is
'What sweeps have put aside and whose next turn has come.';

revoke execute on function pbdb._overdue_again(int, uuid) from public;
