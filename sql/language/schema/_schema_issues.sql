-- drop: function pbdb._schema_issues(jsonb)
create or replace function pbdb._schema_issues(p_schema jsonb)
returns table (path text, code text, message text, hint text)
language plpgsql
immutable
parallel safe
rows 5
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    select i.path, i.code, i.message, i.hint
    from pbdb._schema_keyword_issues(p_schema) as i
    union all
    select i.path, i.code, i.message, i.hint
    from pbdb._schema_pattern_issues(p_schema) as i
    union all
    select
        n.path,
        case when n.depth > 100 then 'SCHEMA_TOO_DEEP' else 'SCHEMA_KEYWORD_INVALID' end,
        case
            when n.depth > 100 then 'the schema is nested more than 100 levels deep'
            else pg_catalog.format('%s is not a schema', left(n.schema::text, 80))
        end,
        case
            when n.depth > 100 then 'Move parts of it to $defs.'
            else 'Give an object of keywords, or true or false.'
        end
    from pbdb._schema_nodes(p_schema) as n
    where n.depth > 100 or pg_catalog.jsonb_typeof(n.schema) not in ('object', 'boolean');

    if p_schema::text like '%"$ref":%' then
        return query
        select i.path, i.code, i.message, i.hint
        from pbdb._schema_reference_issues(p_schema) as i
        union all
        select i.path, i.code, i.message, i.hint
        from pbdb._schema_size_issues(p_schema) as i;
    end if;
end;
$fn$;

comment on function pbdb._schema_issues(jsonb) is
'What is wrong with a JSON Schema: JSON pointer into the schema, code, message, hint. Errors: '
'SCHEMA_KEYWORD_INVALID, SCHEMA_KEYWORD_UNSUPPORTED, SCHEMA_PATTERN_INVALID, SCHEMA_REF_DANGLING, '
'SCHEMA_REF_REMOTE, SCHEMA_REF_LOOP, SCHEMA_TOO_BIG, SCHEMA_TOO_DEEP. SCHEMA_KEYWORD_UNKNOWN is a '
'warning. No row: _schema_errors means what the schema says. SQL null has no issues.';

revoke execute on function pbdb._schema_issues(jsonb) from public;
