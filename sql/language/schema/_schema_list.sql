-- drop: function pbdb._schema_list(jsonb)
create or replace function pbdb._schema_list(p_schemas jsonb)
returns setof jsonb
language sql
immutable
parallel safe
begin atomic
    select e.value
    from jsonb_array_elements(case
        when p_schemas is null then '[]'
        when jsonb_typeof(p_schemas) = 'array' then p_schemas
        else jsonb_build_array('not an array: ' || p_schemas::text)
    end) as e(value);
end;

comment on function pbdb._schema_list(jsonb) is
'The schemas of allOf, anyOf, oneOf. A keyword value of another kind gives one schema that is '
'none, which _schema_node_errors refuses.';

revoke execute on function pbdb._schema_list(jsonb) from public;
