-- drop: function pbdb._prompt_issues(jsonb)
create or replace function pbdb._prompt_issues(p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
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
'Whether the template of a PROMPT_TEMPLATE step seems to be meant for another syntax: JSON pointer '
'into the config, SINGLE_BRACES (a warning), message, hint.';

revoke execute on function pbdb._prompt_issues(jsonb) from public;
