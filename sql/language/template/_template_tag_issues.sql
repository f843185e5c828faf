-- drop: function pbdb._template_tag_issues(text)
--
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._template_tag_issues(p_tag text)
returns table (code text, message text, hint text)
language sql
stable
parallel safe
begin atomic
    with parts as (
        select
            tag.*,
            tag.sign !~ '[{>=<!/]' and tag.name like '$%' as is_path,
            tag.sign !~ '[{>=<!/]' and tag.name not like '$%' as is_name
        from (
            select
                left(p_tag, 1) as sign,
                btrim(split_part(ltrim(p_tag, '#^&/'), '??', 1), E' \t\r\n') as name,
                case
                    when strpos(p_tag, '??') > 0 then substr(p_tag, strpos(p_tag, '??') + 2)
                end as default_value
        ) as tag
    )

    select
        'TEMPLATE_TAG_OPEN',
        format('the tag {{%s is never closed', substr(p_tag, 2)),
        'Close it with }}; text with double braces of its own must come in as data.'
    from parts
    where parts.sign = '{'
    union all
    select
        'TEMPLATE_UNSUPPORTED',
        format('the tag {{%s}} is not supported', left(p_tag, 100)),
        case parts.sign
            when '>' then 'There are no partials: write the text here.'
            when '=' then 'The delimiters are always {{ and }}.'
            else 'There is no template inheritance: write the text here.'
        end
    from parts
    where parts.sign ~ '[>=<]'
    union all
    select
        'TEMPLATE_NAME_INVALID',
        format('{{%s}} names nothing that a template can read', left(p_tag, 100)),
        pbdb._template_name_hint(parts.name)
    from parts
    where
        parts.is_name
        and parts.name !~ '^(\.|[^][\s.{}|()"''#^/&!$]+(\.[^][\s.{}|()"''#^/&!]+)*)$'
    union all
    select issue.code, issue.message, issue.hint
    from parts
    cross join lateral pbdb._path_issues(parts.name, 'path') as issue
    where parts.is_path
    union all
    select
        'TEMPLATE_DEFAULT_INVALID',
        format('{{%s}} has a default that cannot be read', left(p_tag, 100)),
        case
            when parts.sign in ('#', '^', '/') then 'A section needs no default: missing is empty.'
            else 'Write the default as JSON: {{ name ?? "text" }}, {{ count ?? 0 }}.'
        end
    from parts
    where
        (parts.is_name or parts.is_path)
        and (parts.sign in ('#', '^') or not pg_input_is_valid(parts.default_value, 'jsonb'))
        and parts.default_value is not null;
end;

comment on function pbdb._template_tag_issues(text) is
'What is wrong with one tag, as pbdb._template_tokens gives it: code, message, hint. Codes: '
'TEMPLATE_TAG_OPEN, TEMPLATE_UNSUPPORTED, TEMPLATE_NAME_INVALID, TEMPLATE_DEFAULT_INVALID and '
'those of pbdb._path_issues.';

revoke execute on function pbdb._template_tag_issues(text) from public;
