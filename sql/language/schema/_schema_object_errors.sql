-- drop: function pbdb._schema_object_errors(jsonb, jsonb, jsonb, text, integer, integer)
--
-- Longer than a screen because each part that moved out would cost the hot path a call.
create or replace function pbdb._schema_object_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer, p_limit integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_required constant jsonb := p_schema -> 'required';
    v_properties constant jsonb := p_schema -> 'properties';
    v_other jsonb := p_schema -> 'additionalProperties';
    v_errors jsonb := '[]';
    v_name text;
    v_member jsonb;
    v_schema jsonb;
begin
    if p_schema ?| '{minProperties,maxProperties,propertyNames,dependentRequired}' then
        v_errors := pbdb._schema_names_errors(p_root, p_schema, p_value, p_path, p_depth);
    end if;

    if p_schema ? 'patternProperties' then
        v_errors := v_errors || pbdb._schema_pattern_members_errors(
            p_root, p_schema, p_value, p_path, p_depth, p_limit
        );
        v_other := null;
    end if;

    if v_required is not null then
        if pg_catalog.jsonb_typeof(v_required) <> 'array' then
            return pbdb._schema_unchecked(
                p_path, 'required', v_required::text || ' is not an array'
            );
        end if;
        -- one error for each name, so a loop; it normally has no rows
        for v_name in
            select r.name
            from pg_catalog.jsonb_array_elements_text(v_required) as r(name)
            where not p_value ? r.name
            limit p_limit
        loop
            v_errors := v_errors || pbdb._schema_error(
                p_path, 'required', p_value,
                pg_catalog.to_jsonb(v_name)
            );
        end loop;
    end if;

    if v_properties is null and v_other is null then
        return v_errors;
    elsif pg_catalog.jsonb_typeof(v_properties) <> 'object' then
        return pbdb._schema_unchecked(
            p_path, 'properties', v_properties::text || ' is not an object'
        );
    end if;
    -- the members that need a closer look; a loop, because it stops at the limit
    for v_name, v_member, v_schema in
        select m.name, m.value, coalesce(v_properties -> m.name, v_other)
        from pg_catalog.jsonb_each(p_value) as m(name, value)
        where (v_other is not null or v_properties ? m.name)
            and not pbdb._schema_fits_plainly(coalesce(v_properties -> m.name, v_other), m.value)
    loop
        exit when pg_catalog.jsonb_array_length(v_errors) >= p_limit;
        v_errors := v_errors || case
            when v_schema = 'false' and not coalesce(v_properties ? v_name, false) then
                pbdb._schema_error(
                    pbdb._schema_path(p_path, v_name), 'additionalProperties', v_member, null
                )
            else pbdb._schema_node_errors(
                p_root, v_schema, v_member, pbdb._schema_path(p_path, v_name), p_depth + 1, p_limit
            )
        end;
    end loop;
    return v_errors;
end;
$fn$;

comment on function pbdb._schema_object_errors(jsonb, jsonb, jsonb, text, integer, integer) is
'Errors of the keywords for objects: required, properties, additionalProperties here, the rarer '
'ones in _schema_names_errors and _schema_pattern_members_errors.';

revoke execute on function pbdb._schema_object_errors(jsonb, jsonb, jsonb, text, integer, integer)
from public;
