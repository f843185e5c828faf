-- drop: function pbdb._schema_unevaluated_errors(jsonb, jsonb, jsonb, text, integer, integer)
create or replace function pbdb._schema_unevaluated_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer, p_limit integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_keyword constant text := case pg_catalog.jsonb_typeof(p_value)
        when 'object' then 'unevaluatedProperties'
        when 'array' then 'unevaluatedItems'
    end;
    v_schema constant jsonb := p_schema -> v_keyword;
    v_seen text[];
    v_errors jsonb := '[]';
    v_name text;
    v_child jsonb;
begin
    if v_schema is null or v_schema = 'true' then
        return v_errors;
    end if;

    v_seen := pbdb._schema_evaluated(p_root, p_schema - v_keyword, p_value, p_depth);
    -- a loop, because it stops at the limit
    for v_name, v_child in
        select m.name, m.value
        from pg_catalog.jsonb_each(
            case v_keyword when 'unevaluatedProperties' then p_value else '{}' end
        ) as m(name, value)
        where m.name <> all (v_seen)
        union all
        select (e.position - 1)::text, e.value
        from pg_catalog.jsonb_array_elements(
            case v_keyword when 'unevaluatedItems' then p_value else '[]' end
        ) with ordinality as e(value, position)
        where (e.position - 1)::text <> all (v_seen)
    loop
        exit when pg_catalog.jsonb_array_length(v_errors) >= p_limit;
        v_errors := v_errors || pbdb._schema_node_errors(
            p_root, v_schema, v_child, pbdb._schema_path(p_path, v_name), p_depth + 1, p_limit
        );
    end loop;
    return v_errors;
end;
$fn$;

comment on function pbdb._schema_unevaluated_errors(jsonb, jsonb, jsonb, text, integer, integer) is
'Errors of unevaluatedProperties and unevaluatedItems, for a value that fits all other keywords.';

revoke execute on function pbdb._schema_unevaluated_errors(
    jsonb, jsonb, jsonb, text, integer, integer
) from public;
