-- drop: function pbdb._template_issues(text, jsonb)
create or replace function pbdb._template_issues(p_template text, p_options jsonb default '{}')
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
begin atomic
    select '', issue.code, issue.message, issue.hint
    from (
        select 'TEMPLATE_TOO_LONG' as code,
            format('the template has %s characters; 100000 is the most', length(p_template))
            as message,
            'Keep large texts in prompt_templates, or split the step.' as hint
        where length(p_template) > 100000
        union all
        select issue.code, issue.message, issue.hint
        from unnest(pbdb._template_tokens(p_template)) with ordinality as token (tag, position)
        cross join lateral pbdb._template_tag_issues(token.tag) as issue
        where token.position % 2 = 0
        union all
        select issue.code, issue.message, issue.hint
        from pbdb._template_section_issues(pbdb._template_tokens(p_template)) as issue
        union all
        select 'TEMPLATE_HOST_DYNAMIC',
            format('%s takes its scheme or host from data', left(p_template, 200)),
            'Write scheme and host as text: https://api.example.com/leads/{{id}}.'
        where p_options ->> 'escape' = 'url'
            and p_template ~ '\{\{' and p_template !~* '^https?://[^/?#{}\s]+[/?#]'
    ) as issue
    where p_options ->> 'syntax' is distinct from 'single_brace';
end;

comment on function pbdb._template_issues(text, jsonb) is
'What is wrong with a template: JSON pointer (always empty), code, message, hint. Options as for '
'pbdb._render. Codes: TEMPLATE_TOO_LONG, TEMPLATE_HOST_DYNAMIC, those of pbdb._template_tag_issues '
'and pbdb._template_section_issues.';

revoke execute on function pbdb._template_issues(text, jsonb) from public;
