-- drop: function pbdb._prompt_issues(jsonb)
create or replace function pbdb._prompt_issues(p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    select
        '/template/' || (message.position - 1), 'MESSAGE_INVALID',
        format('%s is not a message', left(message.value::text, 100)),
        'Write {"role": "user", "content": "text"}.'
    from jsonb_array_elements(
        case jsonb_typeof(p_config -> 'template') when 'array' then p_config -> 'template' end
    ) with ordinality as message (value, position)
    where
        jsonb_typeof(message.value -> 'content') is distinct from 'string'
        or jsonb_typeof(message.value -> 'role') is distinct from 'string'
    union all
    select
        '/template', 'SINGLE_BRACES',
        'the template has single braces, which are left as they are',
        'Write {{name}}, or add "syntax": "single_brace" for templates of the original system.'
    where
        not p_config ? 'syntax'
        and strpos((p_config -> 'template')::text, '{{') = 0
        and (p_config -> 'template')::text ~ '\{[A-Za-z_][\w.]*\}';
end;

comment on function pbdb._prompt_issues(jsonb) is
'What is wrong with the template of a PROMPT_TEMPLATE step, beyond its tags: JSON pointer into the '
'config, code, message, hint. Codes: MESSAGE_INVALID; SINGLE_BRACES is a warning.';

revoke execute on function pbdb._prompt_issues(jsonb) from public;
