-- drop: function pbdb._agent_handler(uuid, jsonb)
create or replace function pbdb._agent_handler(p_organization_id uuid, p_config jsonb)
returns text
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select 'AGENT_EXECUTION:' || case
        when pbdb._find_agent(p_organization_id, p_config ->> 'agent') is not null then '@model'
        else coalesce(p_config ->> 'agent', '')
    end;
end;

comment on function pbdb._agent_handler(uuid, jsonb) is
'The handler key of an AGENT_EXECUTION step: @model when a row of pbdb.agents has the name, else '
'the name, which a runner must have registered.';

revoke execute on function pbdb._agent_handler(uuid, jsonb) from public;
