-- drop: function pbdb._open_waits(pbdb.run, jsonb)
create or replace function pbdb._open_waits(p_run pbdb.run, p_program jsonb)
returns table (result_id uuid, step_name text, address text, waits_for pbdb.wait_reason)
language sql
stable
security invoker
begin atomic
select
    q.result_id, d.step ->> 'name',
    pbdb.step_address(q.organization_id, d.step ->> 'name', r.scope_id), q.waits_for
from pbdb.playbook_ready_steps as q
inner join pbdb.playbook_step_results as r
    on r.organization_id = q.organization_id and r.id = q.result_id
cross join lateral (select p_program -> 'steps' -> q.step_index as step) as d
where
    q.organization_id = p_run.organization_id and q.execution_id = p_run.execution_id
    and q.state = 'WAITING';
end;

comment on function pbdb._open_waits(pbdb.run, jsonb) is
'The steps of an execution that wait: the attempt, its step, what to call it in an answer, and for '
'what it waits (INPUT, EVENT, TIMER, CHILD, LOST).';

revoke execute on function pbdb._open_waits(pbdb.run, jsonb) from public;
