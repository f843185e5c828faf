-- drop: function pbdb._schema_array_errors(jsonb, jsonb, jsonb, text, integer, integer)
create or replace function pbdb._schema_array_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer, p_limit integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_count constant jsonb := pg_catalog.to_jsonb(pg_catalog.jsonb_array_length(p_value));
    v_first constant jsonb := p_schema -> 'prefixItems';
    v_other constant jsonb := p_schema -> 'items';
    v_keyword text;
    v_errors jsonb := '[]';
    v_index integer;
    v_item jsonb;
    v_schema jsonb;
begin
    v_keyword := case
        when v_count < (p_schema -> 'minItems') then 'minItems'
        when v_count > (p_schema -> 'maxItems') then 'maxItems'
        when p_schema -> 'uniqueItems' = 'true' and (
            select count(*) > count(distinct e.value)
            from pg_catalog.jsonb_array_elements(p_value) as e(value)
        ) then 'uniqueItems'
    end;
    if v_keyword is not null then
        v_errors := pbdb._schema_error(
            p_path, v_keyword, p_value, p_schema -> v_keyword
        );
    end if;

    if p_schema ? 'contains' then
        v_errors := v_errors || pbdb._schema_contains_errors(
            p_root, p_schema, p_value, p_path, p_depth
        );
    end if;

    if v_first is null and v_other is null then
        return v_errors;
    elsif pg_catalog.jsonb_typeof(v_first) <> 'array' then
        return pbdb._schema_unchecked(p_path, 'prefixItems', v_first::text || ' is not an array');
    end if;
    -- the items that need a closer look; a loop, because it stops at the limit
    for v_index, v_item, v_schema in
        select e.position - 1, e.value, coalesce(v_first -> (e.position - 1)::integer, v_other)
        from pg_catalog.jsonb_array_elements(p_value) with ordinality as e(value, position)
        where (v_other is not null or e.position <= pg_catalog.jsonb_array_length(v_first))
            and not pbdb._schema_fits_plainly(
                coalesce(v_first -> (e.position - 1)::integer, v_other), e.value
            )
    loop
        exit when pg_catalog.jsonb_array_length(v_errors) >= p_limit;
        v_errors := v_errors || pbdb._schema_node_errors(
            p_root, v_schema, v_item, p_path || '/' || v_index, p_depth + 1, p_limit
        );
    end loop;
    return v_errors;
end;
$fn$;

comment on function pbdb._schema_array_errors(jsonb, jsonb, jsonb, text, integer, integer) is
'Errors of the keywords for arrays.';

revoke execute on function pbdb._schema_array_errors(jsonb, jsonb, jsonb, text, integer, integer)
from public;
