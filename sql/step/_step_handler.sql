-- drop: function pbdb._step_handler(uuid, pbdb.playbook_step_type, jsonb)
create or replace function pbdb._step_handler(
    p_organization_id uuid, p_type pbdb.playbook_step_type, p_config jsonb
)
returns text
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when pbdb._step_kind(p_type, p_config) <> 'claimed' then null
        when p_type = 'AGENT_EXECUTION' then case
            when pbdb._find_agent(p_organization_id, agent.name) is not null
                then 'AGENT_EXECUTION:@model'
            else 'AGENT_EXECUTION:' || agent.name
        end
        when p_type = 'MEMORY_SEARCH' and not p_config ? 'embedding'
            and coalesce(p_config ->> 'mode', 'vector') <> 'text' then 'MEMORY_SEARCH:@embed'
        when p_type = 'CUSTOM_FUNCTION' then 'CUSTOM_FUNCTION:' || coalesce(
            p_config ->> 'function', p_config ->> 'functionName',
            '@' || coalesce(p_config ->> 'language', 'javascript')
        )
        else p_type::text
    end
    from coalesce(pbdb._agent_named(p_config), '') as agent (name);
end;

comment on function pbdb._step_handler(uuid, pbdb.playbook_step_type, jsonb) is
'The handler key that a runner must offer to claim the step; null when the engine runs it without'
' claiming.';

revoke execute on function pbdb._step_handler(uuid, pbdb.playbook_step_type, jsonb) from public;
