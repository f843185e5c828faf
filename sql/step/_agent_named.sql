-- drop: function pbdb._agent_named(jsonb)
create or replace function pbdb._agent_named(p_config jsonb)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(
        p_config ->> 'agent', p_config ->> 'agentId', p_config ->> 'agent_id'
    );
end;

comment on function pbdb._agent_named(jsonb) is
'The agent that the config of an AGENT_EXECUTION step names, by whichever key.';

revoke execute on function pbdb._agent_named(jsonb) from public;
