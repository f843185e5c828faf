-- drop: function pbdb._agent_of(uuid, jsonb)
create or replace function pbdb._agent_of(p_organization_id uuid, p_step jsonb)
returns jsonb
language sql
stable
security invoker
begin atomic
select jsonb_build_object(
    'id', a.id, 'name', a.name, 'model', a.model, 'instructions', a.instructions,
    'parameters', a.parameters, 'tools', a.tools, 'is_enabled', a.is_enabled
)
from pbdb.agents as a
where
    a.organization_id = p_organization_id
    and p_step -> 'config' ->> 'agent' in (a.name, a.id::text)
order by a.name
limit 1;
end;

comment on function pbdb._agent_of(uuid, jsonb) is
'The agent row that an AGENT_EXECUTION step names, for its runner; null when it is gone.';

revoke execute on function pbdb._agent_of(uuid, jsonb) from public;
