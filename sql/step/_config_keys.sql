-- drop: function pbdb._config_keys(text)
--
-- Longer than a screen because it is one table: what every config key may hold. Names of the
-- original system stand beside ours.
create or replace function pbdb._config_keys(p_step_type text)
returns table (key text, kinds text[], choices text[], lowest numeric, highest numeric)
language sql
immutable
parallel safe
begin atomic
    select known.key, known.kinds::text[], known.choices::text[], known.lowest, known.highest
    from (values
        ('AGENT_EXECUTION', 'agent', '{text}', null, null::numeric, null::numeric),
        ('AGENT_EXECUTION', 'agentId', '{text}', null, null, null),
        ('AGENT_EXECUTION', 'agent_id', '{text}', null, null, null),
        ('AGENT_EXECUTION', 'prompt', '{text}', null, null, null),
        ('AGENT_EXECUTION', 'instructions', '{text}', null, null, null),
        ('AGENT_EXECUTION', 'messages', '{array,path}', null, null, null),
        ('AGENT_EXECUTION', 'parameters', '{object,path}', null, null, null),
        ('AGENT_EXECUTION', 'tools', '{array}', null, null, null),
        ('AGENT_EXECUTION', 'limits', '{object}', null, null, null),
        ('AGENT_EXECUTION', 'model', '{text}', null, null, null),
        ('AGENT_EXECUTION', 'template_name', '{text}', null, null, null),
        ('AGENT_EXECUTION', 'template_version', '{integer}', null, 1, null),
        ('AGENT_EXECUTION', 'syntax', '{text}', '{mustache,single_brace}', null, null),
        ('AGENT_EXECUTION', 'on_lost', '{text}', '{retry,fail,wait}', null, null),
        ('DATA_TRANSFORM', 'output', '{any}', null, null, null),
        ('DATA_TRANSFORM', 'operations', '{array}', null, null, null),
        ('DATA_TRANSFORM', 'output_format', '{text}', '{flat,nested,array}', null, null),
        ('DATA_TRANSFORM', 'outputFormat', '{text}', '{flat,nested,array}', null, null),
        ('CONDITIONAL_BRANCH', 'branches', '{array}', null, null, null),
        ('CONDITIONAL_BRANCH', 'conditions', '{array}', null, null, null),
        ('CONDITIONAL_BRANCH', 'default', '{text,null}', null, null, null),
        ('CONDITIONAL_BRANCH', 'name', '{text}', null, null, null),
        ('CONDITIONAL_BRANCH', 'type', '{text}', '{simple}', null, null),
        ('CONDITIONAL_BRANCH', 'field', '{text}', null, null, null),
        ('CONDITIONAL_BRANCH', 'operator', '{text}', null, null, null),
        ('CONDITIONAL_BRANCH', 'value', '{any}', null, null, null),
        ('CONDITIONAL_BRANCH', 'trueBranch', '{text,null}', null, null, null),
        ('CONDITIONAL_BRANCH', 'true_branch', '{text,null}', null, null, null),
        ('CONDITIONAL_BRANCH', 'falseBranch', '{text,null}', null, null, null),
        ('CONDITIONAL_BRANCH', 'false_branch', '{text,null}', null, null, null),
        ('PARALLEL_EXECUTION', 'for_each', '{array,path}', null, null, null),
        ('PARALLEL_EXECUTION', 'max_parallel', '{integer}', null, 1, 1000),
        ('PARALLEL_EXECUTION', 'join', '{text,object}', '{all,any}', null, null),
        ('PARALLEL_EXECUTION', 'on_branch_failure', '{text}', '{fail,continue}', null, null),
        ('WAIT_FOR_INPUT', 'prompt', '{text}', null, null, null),
        ('WAIT_FOR_INPUT', 'schema', '{object,boolean}', null, null, null),
        ('WAIT_FOR_INPUT', 'event', '{text}', null, null, null),
        ('WAIT_FOR_INPUT', 'match', '{object,path}', null, null, null),
        ('WAIT_FOR_INPUT', 'assignees', '{array,text}', null, null, null),
        ('WAIT_FOR_INPUT', 'answers', '{integer}', null, 1, 1000),
        ('WAIT_FOR_INPUT', 'data', '{any}', null, null, null),
        ('WAIT_FOR_INPUT', 'timeout_seconds', '{number}', null, 1, 2592000),
        ('WAIT_FOR_INPUT', 'for', '{text,number}', null, 0, null),
        ('WAIT_FOR_INPUT', 'until', '{text}', null, null, null),
        ('API_CALL', 'method', '{text}', '{GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS}', null, null),
        ('API_CALL', 'url', '{text}', null, null, null),
        ('API_CALL', 'headers', '{object,path}', null, null, null),
        ('API_CALL', 'query', '{object,path}', null, null, null),
        ('API_CALL', 'body', '{any}', null, null, null),
        ('API_CALL', 'auth', '{object}', null, null, null),
        ('API_CALL', 'follow_redirects', '{boolean}', null, null, null),
        ('API_CALL', 'expect_status', '{integer,array,text}', null, 100, 599),
        ('API_CALL', 'idempotent', '{boolean}', null, null, null),
        ('API_CALL', 'timeout', '{number}', null, 1, null),
        ('API_CALL', 'syntax', '{text}', '{mustache,single_brace}', null, null),
        ('API_CALL', 'on_lost', '{text}', '{retry,fail,wait}', null, null),
        ('DATABASE_QUERY', 'query', '{text}', null, null, null),
        ('DATABASE_QUERY', 'params', '{array}', null, null, null),
        ('DATABASE_QUERY', 'max_rows', '{integer}', null, 1, null),
        ('DATABASE_QUERY', 'mode', '{text}', '{read,write}', null, null),
        ('MEMORY_SEARCH', 'query', '{text}', null, null, null),
        ('MEMORY_SEARCH', 'embedding', '{array,path}', null, null, null),
        ('MEMORY_SEARCH', 'agent_id', '{text}', null, null, null),
        ('MEMORY_SEARCH', 'agentId', '{text}', null, null, null),
        ('MEMORY_SEARCH', 'limit', '{integer}', null, 1, 1000),
        ('MEMORY_SEARCH', 'threshold', '{number}', null, -1, 1),
        ('MEMORY_SEARCH', 'filter', '{object,path}', null, null, null),
        ('MEMORY_SEARCH', 'mode', '{text}', '{vector,text,hybrid}', null, null),
        ('MEMORY_SEARCH', 'model', '{text}', null, null, null),
        ('PROMPT_TEMPLATE', 'template', '{text,array}', null, null, null),
        ('PROMPT_TEMPLATE', 'template_name', '{text}', null, null, null),
        ('PROMPT_TEMPLATE', 'template_version', '{integer}', null, 1, null),
        ('PROMPT_TEMPLATE', 'variables', '{object,path}', null, null, null),
        ('PROMPT_TEMPLATE', 'missing', '{text}', '{error,empty}', null, null),
        ('PROMPT_TEMPLATE', 'syntax', '{text}', '{mustache,single_brace}', null, null),
        ('CUSTOM_FUNCTION', 'function', '{text}', null, null, null),
        ('CUSTOM_FUNCTION', 'functionName', '{text}', null, null, null),
        ('CUSTOM_FUNCTION', 'language', '{text}', '{typescript,javascript}', null, null),
        ('CUSTOM_FUNCTION', 'code', '{text}', null, null, null),
        ('CUSTOM_FUNCTION', 'playbook', '{text}', null, null, null),
        ('CUSTOM_FUNCTION', 'version', '{integer}', null, 1, null),
        ('CUSTOM_FUNCTION', 'parameters', '{object,path}', null, null, null),
        ('CUSTOM_FUNCTION', 'limits', '{object}', null, null, null),
        ('CUSTOM_FUNCTION', 'on_lost', '{text}', '{retry,fail,wait}', null, null)
    ) as known (step_type, key, kinds, choices, lowest, highest)
    where known.step_type = p_step_type;
end;

comment on function pbdb._config_keys(text) is
'The config keys of a step type: which kinds of JSON they hold (text, path, number, integer, '
'boolean, object, array, null, any), which texts (null: any), and between which numbers.';

revoke execute on function pbdb._config_keys(text) from public;
