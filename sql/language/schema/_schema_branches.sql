-- drop: function pbdb._schema_branches(jsonb, jsonb, jsonb, integer)
create or replace function pbdb._schema_branches(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_depth integer
)
returns setof jsonb
language sql
immutable
parallel safe
begin atomic
    with tried as materialized (
        select
            s.keyword,
            s.schema,
            pbdb._schema_node_errors(p_root, s.schema, p_value, '', p_depth + 1, 1) = '[]' as fits
        from (
            select 'anyOf' as keyword, a.value as schema
            from pbdb._schema_list(p_schema -> 'anyOf') as a(value)
            union all
            select 'oneOf', o.value
            from pbdb._schema_list(p_schema -> 'oneOf') as o(value)
            union all
            select 'if', p_schema -> 'if'
            where p_schema ? 'if'
        ) as s
    )

    select t.schema
    from tried as t
    where t.fits
    union all
    select p_schema -> case when t.fits then 'then' else 'else' end
    from tried as t
    where t.keyword = 'if' and p_schema ? case when t.fits then 'then' else 'else' end
    union all
    select pbdb._schema_reference(p_root, p_schema ->> '$ref')
    where p_schema ? '$ref'
    union all
    select a.value
    from pbdb._schema_list(p_schema -> 'allOf') as a(value)
    union all
    select d.value
    from jsonb_each(coalesce(p_schema -> 'dependentSchemas', '{}')) as d(name, value)
    where jsonb_typeof(p_value) = 'object' and p_value ? d.name;
end;

comment on function pbdb._schema_branches(jsonb, jsonb, jsonb, integer) is
'The schemas that a schema lays on the same value and that it fits, when it fits the schema as a '
'whole: only anyOf, oneOf and if need to be tried again.';

revoke execute on function pbdb._schema_branches(jsonb, jsonb, jsonb, integer) from public;
