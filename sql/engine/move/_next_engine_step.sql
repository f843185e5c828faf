-- drop: function pbdb._next_engine_step(uuid[])
create or replace function pbdb._next_engine_step(p_root_ids uuid[])
returns uuid
language sql
stable
security invoker
begin atomic
select q.result_id
from pbdb.playbook_ready_steps as q
inner join pbdb.playbook_executions as e
    on e.organization_id = q.organization_id and e.id = q.execution_id
where
    q.handler is null and q.waits_for = 'ENGINE' and q.state = 'READY'
    and (e.id = any(p_root_ids) or e.root_execution_id = any(p_root_ids))
order by q.due_at
limit 1;
end;

comment on function pbdb._next_engine_step(uuid[]) is
'The engine step of some families of executions that is queued longest; null when there is none.';

revoke execute on function pbdb._next_engine_step(uuid[]) from public;
