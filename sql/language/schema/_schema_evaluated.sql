-- drop: function pbdb._schema_evaluated(jsonb, jsonb, jsonb, integer)
create or replace function pbdb._schema_evaluated(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_depth integer
)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_own text[];
begin
    if pg_catalog.jsonb_typeof(p_schema) is distinct from 'object' or p_depth & 127 >= 100 then
        return '{}';
    elsif pg_catalog.jsonb_typeof(p_value) = 'object' then
        v_own := array(
            select m.name
            from pg_catalog.jsonb_object_keys(p_value) as m(name)
            where p_schema ?| '{additionalProperties,unevaluatedProperties}'
                or p_schema -> 'properties' ? m.name
                or exists (
                    select
                    from pg_catalog.jsonb_object_keys(
                        coalesce(p_schema -> 'patternProperties', '{}')
                    ) as p(name)
                    where m.name ~ pbdb._schema_regex(p.name) collate pg_catalog."C"
                )
        );
    else
        v_own := array(
            select (e.position - 1)::text
            from pg_catalog.jsonb_array_elements(p_value) with ordinality as e(value, position)
            where p_schema ?| '{items,unevaluatedItems}'
                or e.position <= pg_catalog.jsonb_array_length(p_schema -> 'prefixItems')
                or p_schema ? 'contains' and pbdb._schema_node_errors(
                    p_root, p_schema -> 'contains', e.value, '', p_depth + 1, 1
                ) = '[]'
        );
    end if;

    if not p_schema ?| '{$ref,allOf,anyOf,oneOf,if,dependentSchemas}' then
        return v_own;
    end if;
    return v_own || array(
        select u.name
        from pbdb._schema_branches(p_root, p_schema, p_value, p_depth) as b(schema)
        cross join lateral pg_catalog.unnest(
            pbdb._schema_evaluated(p_root, b.schema, p_value, p_depth + 1)
        ) as u(name)
    );
end;
$fn$;

comment on function pbdb._schema_evaluated(jsonb, jsonb, jsonb, integer) is
'Names of the members (or zero-based positions of the items) that a schema looks at, itself or '
'through the schemas that it lays on the same value: what unevaluatedProperties and '
'unevaluatedItems leave alone. The value must fit the schema.';

revoke execute on function pbdb._schema_evaluated(jsonb, jsonb, jsonb, integer) from public;
