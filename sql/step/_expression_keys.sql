-- drop: function pbdb._expression_keys(pbdb.playbook_step_type)
--
-- Inline and parallel steps are not listed: the engine reads their config itself, key by key.
create or replace function pbdb._expression_keys(p_type pbdb.playbook_step_type)
returns text[]
language sql
immutable
parallel safe
security invoker
begin atomic
    select case p_type
        when 'AGENT_EXECUTION' then array['prompt', 'instructions', 'messages', 'parameters']
        when 'API_CALL' then array['url', 'headers', 'query', 'body']
        when 'DATABASE_QUERY' then array['params']
        when 'MEMORY_SEARCH' then array['query', 'embedding', 'filter', 'agent_id', 'agentId']
        when 'CUSTOM_FUNCTION' then array['parameters']
        when 'WAIT_FOR_INPUT' then array[
            'prompt', 'event', 'match', 'assignees', 'data', 'for', 'until'
        ]
        else '{}'::text[]
    end;
end;

comment on function pbdb._expression_keys(pbdb.playbook_step_type) is
'The config keys under which paths and templates are resolved before a handler gets the config.';

revoke execute on function pbdb._expression_keys(pbdb.playbook_step_type) from public;
