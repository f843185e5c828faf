-- drop: function pbdb._agent_issues(uuid, jsonb)
create or replace function pbdb._agent_issues(p_organization_id uuid, p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        '/agent', 'AGENT_UNKNOWN', format('no agent %s is defined', p_config -> 'agent'),
        'Call define_agent and activate again, or register it under this name in a runner.'
    where
        p_config ->> 'agent' is not null
        and p_config ->> 'agent' <> 'assistant'
        and pbdb._find_agent(p_organization_id, p_config ->> 'agent') is null
        and not exists (
            select
            from pbdb.workers as w
            where w.handlers && array[
                'AGENT_EXECUTION', 'AGENT_EXECUTION:' || (p_config ->> 'agent')
            ]
        );
end;

comment on function pbdb._agent_issues(uuid, jsonb) is
'Whether the agent that a canonical config names is defined, or a runner that is registered now '
'offers it; assistant always is one: JSON pointer, AGENT_UNKNOWN (a '
'warning), message, hint.';

revoke execute on function pbdb._agent_issues(uuid, jsonb) from public;
