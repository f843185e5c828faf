-- drop: function pbdb._message_issues(jsonb, text)
create or replace function pbdb._message_issues(p_config jsonb, p_key text)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        format('/%s/%s', p_key, message.position - 1), 'MESSAGE_INVALID',
        format('%s is not a message', left(message.value::text, 100)),
        'Write {"role": "user", "content": "text"}.'
    from jsonb_array_elements(
        case jsonb_typeof(p_config -> p_key) when 'array' then p_config -> p_key end
    ) with ordinality as message (value, position)
    where
        (
            jsonb_typeof(message.value -> 'content') is distinct from 'string'
            -- An agent also takes parts, and tool calls without words.
            and not (
                p_config ?| array['agent', 'agentId', 'agent_id']
                and (
                    jsonb_typeof(message.value -> 'content') = 'array'
                    or jsonb_typeof(message.value -> 'tool_calls') = 'array'
                )
            )
            or jsonb_typeof(message.value -> 'role') is distinct from 'string'
        )
        -- An element that an expression gives is seen when the step runs.
        and not (
            p_key = 'messages'
            and (message.value ?| '{$all,content}' or message.value #>> '{}' like '$%')
        );
end;

comment on function pbdb._message_issues(jsonb, text) is
'What is wrong with the list of messages under a key of a config: JSON pointer, MESSAGE_INVALID, '
'message, hint.';

revoke execute on function pbdb._message_issues(jsonb, text) from public;
