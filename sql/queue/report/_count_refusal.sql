-- drop: function pbdb._count_refusal(uuid)
create or replace function pbdb._count_refusal(p_step_result_id uuid)
returns void
language sql
volatile
security invoker
begin atomic
-- Time for another runner to be there first: 0.2 s, twice as long each time.
update pbdb.playbook_ready_steps as q
set
    refusals = q.refusals + 1,
    due_at = clock_timestamp() + interval '200 milliseconds' * power(2, q.refusals)
from pbdb.playbook_step_results as r
where
    r.id = p_step_result_id and q.organization_id = r.organization_id
    and q.execution_id = r.execution_id and q.result_id = r.id and q.state <> 'LEASED';
end;

comment on function pbdb._count_refusal(uuid) is
'Notes that a runner could not execute the attempt that it has just given back, and lets it be due '
'a little later.';

revoke execute on function pbdb._count_refusal(uuid) from public;
