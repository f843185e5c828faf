-- drop: function pbdb._schema_branches(jsonb, jsonb, jsonb)
create or replace function pbdb._schema_branches(p_root jsonb, p_schema jsonb, p_value jsonb)
returns setof jsonb
language sql
immutable
parallel safe
begin atomic
    select pbdb._schema_reference(p_root, p_schema ->> '$ref')
    where p_schema ? '$ref'
    union all
    select p_schema -> 'if'
    where p_schema ? 'if'
    union all
    select s.value
    from (values ('allOf'), ('anyOf'), ('oneOf')) as k(keyword)
    cross join lateral pbdb._schema_list(p_schema -> k.keyword) as s(value)
    union all
    select d.value
    from jsonb_each(coalesce(p_schema -> 'dependentSchemas', '{}')) as d(name, value)
    where jsonb_typeof(p_value) = 'object' and p_value ? d.name;
end;

comment on function pbdb._schema_branches(jsonb, jsonb, jsonb) is
'The schemas that a schema lays on the same value, but for then, else and not.';

revoke execute on function pbdb._schema_branches(jsonb, jsonb, jsonb) from public;
