-- drop: function pbdb._config_fields(pbdb.playbook_step_type)
create or replace function pbdb._config_fields(p_type pbdb.playbook_step_type)
returns table (key text, kind text, choices text[], lowest int, highest int, group_name text)
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        field.key, field.kind, string_to_array(field.choices, ' '),
        field.lowest, field.highest, field.group_name
    from (values
        ('AGENT_EXECUTION', 'agent', 'text', null, 1, 255, 'agent'),
        ('AGENT_EXECUTION', 'agentId', 'text', null, 1, 255, 'agent'),
        ('AGENT_EXECUTION', 'prompt', 'any', null, null, null, null),
        ('AGENT_EXECUTION', 'instructions', 'text', null, 1, 1000000, null),
        ('AGENT_EXECUTION', 'messages', 'list', null, null, null, null),
        ('AGENT_EXECUTION', 'parameters', 'object', null, null, null, null),
        ('AGENT_EXECUTION', 'tools', 'tags', null, null, null, null),
        ('AGENT_EXECUTION', 'limits', 'object', null, null, null, null),
        ('AGENT_EXECUTION', 'model', 'text', null, 1, 255, null),
        ('DATA_TRANSFORM', 'output', 'any', null, null, null, 'output'),
        ('DATA_TRANSFORM', 'operations', 'list', null, null, null, 'output'),
        ('DATA_TRANSFORM', 'output_format', 'text', 'flat nested array', 1, 20, null),
        ('DATA_TRANSFORM', 'outputFormat', 'text', 'flat nested array', 1, 20, null),
        ('CONDITIONAL_BRANCH', 'branches', 'list', null, null, null, 'branches'),
        ('CONDITIONAL_BRANCH', 'conditions', 'list', null, null, null, 'branches'),
        ('CONDITIONAL_BRANCH', 'operator', 'text', null, 1, 40, 'branches'),
        ('CONDITIONAL_BRANCH', 'field', 'text', null, 1, 1000, null),
        ('CONDITIONAL_BRANCH', 'value', 'any', null, null, null, null),
        ('CONDITIONAL_BRANCH', 'name', 'text', null, 1, 255, null),
        ('CONDITIONAL_BRANCH', 'trueBranch', 'text', null, 1, 255, null),
        ('CONDITIONAL_BRANCH', 'falseBranch', 'text', null, 1, 255, null),
        ('CONDITIONAL_BRANCH', 'default', 'text', null, 1, 255, null),
        ('PARALLEL_EXECUTION', 'for_each', 'list', null, null, null, null),
        ('PARALLEL_EXECUTION', 'max_parallel', 'integer', null, 1, 1000, null),
        ('PARALLEL_EXECUTION', 'join', 'join', 'all any', null, null, null),
        ('PARALLEL_EXECUTION', 'on_branch_failure', 'text', 'fail continue', 1, 20, null),
        ('WAIT_FOR_INPUT', 'prompt', 'any', null, null, null, null),
        ('WAIT_FOR_INPUT', 'schema', 'object', null, null, null, null),
        ('WAIT_FOR_INPUT', 'event', 'text', null, 1, 255, null),
        ('WAIT_FOR_INPUT', 'match', 'object', null, null, null, null),
        ('WAIT_FOR_INPUT', 'assignees', 'list', null, null, null, null),
        ('WAIT_FOR_INPUT', 'data', 'any', null, null, null, null),
        ('WAIT_FOR_INPUT', 'for', 'any', null, null, null, null),
        ('WAIT_FOR_INPUT', 'until', 'text', null, 1, 100, null),
        ('WAIT_FOR_INPUT', 'timeout_seconds', 'integer', null, 1, 2592000, null),
        ('API_CALL', 'url', 'text', null, 1, 8192, 'url'),
        ('API_CALL', 'method', 'text', 'GET HEAD POST PUT PATCH DELETE OPTIONS', 1, 20, null),
        ('API_CALL', 'headers', 'object', null, null, null, null),
        ('API_CALL', 'query', 'object', null, null, null, null),
        ('API_CALL', 'body', 'any', null, null, null, null),
        ('API_CALL', 'auth', 'object', null, null, null, null),
        ('API_CALL', 'expect_status', 'any', null, null, null, null),
        ('API_CALL', 'timeout', 'integer', null, 1, 2147483647, null),
        ('DATABASE_QUERY', 'query', 'text', null, 1, 100000, 'query'),
        ('DATABASE_QUERY', 'params', 'list', null, null, null, null),
        ('DATABASE_QUERY', 'max_rows', 'integer', null, 1, 1000000, null),
        ('DATABASE_QUERY', 'mode', 'text', 'read write', 1, 20, null),
        ('MEMORY_SEARCH', 'query', 'text', null, 1, 100000, null),
        ('MEMORY_SEARCH', 'embedding', 'list', null, null, null, null),
        ('MEMORY_SEARCH', 'agent_id', 'text', null, 1, 255, null),
        ('MEMORY_SEARCH', 'agentId', 'text', null, 1, 255, null),
        ('MEMORY_SEARCH', 'limit', 'integer', null, 1, 1000, null),
        ('MEMORY_SEARCH', 'threshold', 'number', null, -1, 1, null),
        ('MEMORY_SEARCH', 'filter', 'object', null, null, null, null),
        ('MEMORY_SEARCH', 'mode', 'text', 'vector text hybrid', 1, 20, null),
        ('PROMPT_TEMPLATE', 'template', 'template', null, null, null, 'template'),
        ('PROMPT_TEMPLATE', 'template_name', 'text', null, 1, 255, 'template'),
        ('PROMPT_TEMPLATE', 'template_version', 'integer', null, 1, 1000000, null),
        ('PROMPT_TEMPLATE', 'variables', 'object', null, null, null, null),
        ('PROMPT_TEMPLATE', 'syntax', 'text', 'mustache single_brace', 1, 20, null),
        ('PROMPT_TEMPLATE', 'missing', 'text', 'error empty', 1, 20, null),
        ('CUSTOM_FUNCTION', 'function', 'text', null, 1, 255, 'function'),
        ('CUSTOM_FUNCTION', 'functionName', 'text', null, 1, 255, 'function'),
        ('CUSTOM_FUNCTION', 'code', 'text', null, 1, 1000000, 'function'),
        ('CUSTOM_FUNCTION', 'playbook', 'text', null, 1, 255, 'function'),
        ('CUSTOM_FUNCTION', 'version', 'integer', null, 1, 1000000, null),
        ('CUSTOM_FUNCTION', 'language', 'text', 'typescript javascript', 1, 20, null),
        ('CUSTOM_FUNCTION', 'parameters', 'object', null, null, null, null)
    ) as field (type, key, kind, choices, lowest, highest, group_name)
    where field.type = p_type::text
    union all
    select 'syntax', 'text', '{mustache,single_brace}'::text[], 1, 20, null
    where p_type in ('AGENT_EXECUTION', 'API_CALL', 'MEMORY_SEARCH', 'CUSTOM_FUNCTION', 'WAIT_FOR_INPUT');
end;

comment on function pbdb._config_fields(pbdb.playbook_step_type) is
'The config keys of a step type: what each holds, its choices, least and greatest number or length. Of keys with the '
'same group_name one must be there.';

revoke execute on function pbdb._config_fields(pbdb.playbook_step_type) from public;
