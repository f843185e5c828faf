-- drop: function pbdb._refusals(uuid, uuid)
create or replace function pbdb._refusals(p_step_result_id uuid, p_token uuid)
returns int
language sql
stable
security invoker
begin atomic
select q.refusals
from pbdb.playbook_step_results as r
inner join pbdb.playbook_ready_steps as q
    on
        q.organization_id = r.organization_id and q.execution_id = r.execution_id
        and q.result_id = r.id
where r.id = p_step_result_id and q.token = p_token and q.state = 'LEASED';
end;

comment on function pbdb._refusals(uuid, uuid) is
'How often runners have given a leased attempt back because they could not execute it; null when '
'this token does not hold it.';

revoke execute on function pbdb._refusals(uuid, uuid) from public;
