-- drop: function pbdb._last_output(uuid, uuid, uuid)
create or replace function pbdb._last_output(
    p_organization_id uuid, p_execution_id uuid, p_scope_id uuid
)
returns jsonb
language sql
stable
security invoker
begin atomic
select r.output_data
from pbdb.playbook_step_results as r
where
    r.organization_id = p_organization_id and r.execution_id = p_execution_id
    and r.scope_id is not distinct from p_scope_id
    and r.status = 'COMPLETED'
order by r.completed_at desc, r.id desc
limit 1;
end;

comment on function pbdb._last_output(uuid, uuid, uuid) is
'Output of the step that completed last in a scope; null when none did.';

revoke execute on function pbdb._last_output(uuid, uuid, uuid) from public;
