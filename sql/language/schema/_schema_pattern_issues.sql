-- drop: function pbdb._schema_pattern_issues(jsonb)
create or replace function pbdb._schema_pattern_issues(p_schema jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    select
        p.path,
        'SCHEMA_PATTERN_INVALID',
        format('the pattern %s cannot be used', to_json(left(p.pattern, 80))),
        case
            when p.pattern ~ '\\[pP]' then
                'Unicode classes (\p) are not supported; write the ranges, such as [a-zà-ž].'
            when p.pattern ~ '\\(?:[1-9]|k<)' then 'Back references are not supported.'
            when p.pattern ~ '\{\d*,?\d{3,}' then
                'Repeat at most 255 times; use minLength and maxLength for the length of a string.'
            when pbdb._regex_cost(p.pattern, 1) > 1000 then
                'Repeat less: repetitions in each other make at most 1000 when written out.'
            else 'Write an ECMA-262 regular expression; escape only characters that have a meaning.'
        end
    from (
        select n.path || '/pattern' as path, n.schema ->> 'pattern' as pattern
        from pbdb._schema_nodes(p_schema) as n
        where jsonb_typeof(n.schema -> 'pattern') = 'string'
        union all
        select pbdb._schema_path(n.path || '/patternProperties', k.name), k.name
        from pbdb._schema_nodes(p_schema) as n
        cross join lateral jsonb_object_keys(
            case jsonb_typeof(n.schema -> 'patternProperties')
                when 'object' then n.schema -> 'patternProperties'
                else '{}'
            end
        ) as k(name)
    ) as p
    where not pbdb._schema_regex_is_usable(p.pattern);
end;

comment on function pbdb._schema_pattern_issues(jsonb) is
'Issues of regular expressions in pattern and patternProperties.';

revoke execute on function pbdb._schema_pattern_issues(jsonb) from public;
