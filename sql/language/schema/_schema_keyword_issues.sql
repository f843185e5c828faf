-- drop: function pbdb._schema_keyword_issues(jsonb)
create or replace function pbdb._schema_keyword_issues(p_schema jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    select issue.path, issue.code, issue.message, issue.hint
    from pbdb._schema_nodes(p_schema) as n
    cross join lateral jsonb_each(
        case jsonb_typeof(n.schema) when 'object' then n.schema else '{}' end
    ) as m(keyword, value)
    left join pbdb._schema_keywords() as k on m.keyword = k.keyword
    cross join lateral (
        select
            pbdb._schema_path(n.path, m.keyword) as path,
            'SCHEMA_KEYWORD_INVALID' as code,
            format('%s cannot be %s', m.keyword, left(m.value::text, 80)) as message,
            case k.kind
                when 'schema list' then 'Give an array of at least one schema.'
                when 'schema map' then 'Give an object of schemas.'
                when 'text map' then 'Give an object of arrays of property names.'
                when 'text list' then 'Give an array of property names.'
                when 'types' then
                    'Give string, number, integer, boolean, object, array or null, or a list.'
                when 'count' then 'Give a whole number, 0 or more.'
                when 'positive number' then 'Give a number above 0.'
                when 'array' then 'Give an array.'
                when 'boolean' then 'Give true or false.'
                when 'number' then 'Give a number.'
                else 'Give a string.'
            end as hint
        where k.kind is not null and not pbdb._schema_kind_fits(k.kind, m.value)
        union all
        select
            pbdb._schema_path(n.path, m.keyword),
            'SCHEMA_KEYWORD_UNKNOWN',
            format('%s is no keyword of JSON Schema 2020-12; it checks nothing', m.keyword),
            'Correct the spelling, or start the name with x- to say that it is yours.'
        where k.keyword is null and m.keyword not like 'x-%'
        union all
        select
            pbdb._schema_path(n.path, m.keyword),
            'SCHEMA_KEYWORD_UNSUPPORTED',
            format('%s %s is not supported', m.keyword, left(m.value::text, 80)),
            case m.keyword
                when 'dependencies' then 'Use dependentRequired or dependentSchemas.'
                when 'additionalItems' then 'Use prefixItems with items.'
                when '$schema' then 'Use draft 2020-12, 2019-09, 07 or 06, or leave it out.'
                when '$id' then 'Keep it for the top of the document; refer with #/ pointers.'
                when '$vocabulary' then 'Remove it: the keywords of draft 2020-12 are always on.'
                else 'Use $anchor, and $ref with a pointer, such as #/$defs/name.'
            end
        where k.kind = 'unsupported'
            or (k.kind = 'id' and (n.path <> '' or m.value @? '$ ? (@ like_regex "#.")'))
            or (
                k.kind = 'dialect' and jsonb_typeof(m.value) = 'string'
                and not pbdb._schema_dialect_is_read(m.value #>> '{}')
            )
    ) as issue;
end;

comment on function pbdb._schema_keyword_issues(jsonb) is
'Issues of single keywords: unknown, unsupported, or with a value of the wrong kind.';

revoke execute on function pbdb._schema_keyword_issues(jsonb) from public;
