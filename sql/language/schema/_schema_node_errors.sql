-- drop: function pbdb._schema_node_errors(jsonb, jsonb, jsonb, text, integer, integer)
--
-- One schema node against one value. Cheap tests come first and run no query: most nodes of a real
-- schema end at the first return. The keywords that are left choose the functions worth calling.
-- Longer than a screen because each part that moved out would cost the hot path a call.
create or replace function pbdb._schema_node_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer, p_limit integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_kind constant text := pg_catalog.jsonb_typeof(p_value);
    v_type jsonb;
    v_rest jsonb;
    v_errors jsonb := '[]';
begin
    if pg_catalog.jsonb_typeof(p_schema) is distinct from 'object' then
        return case p_schema
            when 'true' then '[]'
            when 'false' then pbdb._schema_error(p_path, 'false', p_value, null)
            else pbdb._schema_unchecked(p_path, 'schema', concat(p_schema, ' is not a schema'))
        end;
    end if;

    if p_schema ? 'type' and p_schema ->> 'type' is distinct from v_kind then
        v_type := p_schema -> 'type';
        if not v_type @> pg_catalog.to_jsonb(v_kind)
            and not (v_kind = 'number' and v_type @> '"integer"' and p_value::numeric % 1 = 0)
        then
            return pbdb._schema_error(p_path, 'type', p_value, v_type);
        end if;
    end if;

    v_rest := p_schema - '{type,title,description,default,examples,format,$defs,$comment}'::text[];
    if v_rest = '{}' then
        return v_errors;
    elsif p_depth & 127 >= 100 then
        return pbdb._schema_unchecked(p_path, 'depth', 'nested more than 100 levels deep');
    elsif p_depth > 127
        and clock_timestamp() > statement_timestamp() + interval '1 ms' * (p_depth >> 7) then
        return pbdb._schema_unchecked(p_path, 'depth', 'it would take more than 4 seconds');
    end if;

    if v_kind = 'object' then
        v_errors := pbdb._schema_object_errors(p_root, v_rest, p_value, p_path, p_depth, p_limit);
    elsif v_kind = 'array' then
        v_errors := pbdb._schema_array_errors(p_root, v_rest, p_value, p_path, p_depth, p_limit);
    elsif v_kind = 'string' and v_rest ?| '{minLength,maxLength,pattern}' then
        v_errors := pbdb._schema_string_errors(v_rest, p_value, p_path);
    elsif v_kind = 'number' then
        v_errors := pbdb._schema_number_errors(v_rest, p_value, p_path);
    end if;

    if v_rest ?| '{enum,const}' then
        v_errors := v_errors || pbdb._schema_equality_errors(v_rest, p_value, p_path);
    end if;

    if pg_catalog.jsonb_array_length(v_errors) < p_limit
        and v_rest ?| '{$ref,allOf,anyOf,oneOf,not,if,dependentSchemas,$dynamicRef,$dynamicAnchor,'
            '$recursiveRef,$recursiveAnchor,$vocabulary,$schema,$id,dependencies,additionalItems}'
    then
        v_errors := v_errors
            || pbdb._schema_branch_errors(p_root, v_rest, p_value, p_path, p_depth, p_limit);
    end if;

    if v_rest ?| '{unevaluatedProperties,unevaluatedItems}' and v_errors = '[]' then
        return pbdb._schema_unevaluated_errors(p_root, v_rest, p_value, p_path, p_depth, p_limit);
    end if;
    return v_errors;
end;
$fn$;

comment on function pbdb._schema_node_errors(jsonb, jsonb, jsonb, text, integer, integer) is
'Errors of one value against one schema node; p_root is the document that $ref looks into. ''[]'' '
'means that it fits. Stops soon after p_limit errors, and at 100 levels of nesting. Above its '
'lowest seven bits p_depth says when to give up: so many milliseconds after the statement began.';

revoke execute on function pbdb._schema_node_errors(jsonb, jsonb, jsonb, text, integer, integer)
from public;
