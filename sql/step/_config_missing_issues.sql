-- drop: function pbdb._config_missing_issues(text, jsonb)
create or replace function pbdb._config_missing_issues(p_step_type text, p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    select
        '', 'CONFIG_KEY_MISSING',
        format('%s needs %s', p_step_type, array_to_string(needed.keys, ' or ')),
        format('Add %s to config.', needed.keys[1])
    from (values
        ('AGENT_EXECUTION', '{agent,agentId,agent_id}'::text[]),
        ('DATA_TRANSFORM', '{output,operations}'),
        ('CONDITIONAL_BRANCH', '{branches,conditions,operator}'),
        ('API_CALL', '{url}'),
        ('DATABASE_QUERY', '{query}'),
        ('PROMPT_TEMPLATE', '{template,template_name}'),
        ('CUSTOM_FUNCTION', '{function,functionName,code,playbook}')
    ) as needed (step_type, keys)
    where
        needed.step_type = p_step_type
        and not exists (
            select from unnest(needed.keys) as key
            where p_config ? key and p_config -> key not in ('null', '""')
        )
    union all
    select
        '/' || rival.keys[2], 'CONFIG_CONFLICT',
        format('%s has both %s and %s', p_step_type, rival.keys[1], rival.keys[2]),
        'Keep one of them.'
    from (values
        ('AGENT_EXECUTION', '{agent,agentId}'::text[]),
        ('AGENT_EXECUTION', '{agent,agent_id}'),
        ('DATA_TRANSFORM', '{output,operations}'),
        ('DATA_TRANSFORM', '{output_format,outputFormat}'),
        ('CONDITIONAL_BRANCH', '{branches,conditions}'),
        ('CONDITIONAL_BRANCH', '{branches,operator}'),
        ('CONDITIONAL_BRANCH', '{conditions,operator}'),
        ('WAIT_FOR_INPUT', '{for,until}'),
        ('WAIT_FOR_INPUT', '{event,for}'),
        ('WAIT_FOR_INPUT', '{event,until}'),
        ('MEMORY_SEARCH', '{agent_id,agentId}'),
        ('PROMPT_TEMPLATE', '{template,template_name}'),
        ('CUSTOM_FUNCTION', '{function,functionName}'),
        ('CUSTOM_FUNCTION', '{function,code}'),
        ('CUSTOM_FUNCTION', '{function,playbook}'),
        ('CUSTOM_FUNCTION', '{code,playbook}')
    ) as rival (step_type, keys)
    where rival.step_type = p_step_type and p_config ?& rival.keys;
end;

comment on function pbdb._config_missing_issues(text, jsonb) is
'Keys that a step''s config lacks (CONFIG_KEY_MISSING) or has in contradiction to another '
'(CONFIG_CONFLICT): JSON pointer, code, message, hint.';

revoke execute on function pbdb._config_missing_issues(text, jsonb) from public;
