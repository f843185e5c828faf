-- drop: function pbdb._schema_branch_errors(jsonb, jsonb, jsonb, text, integer, integer)
create or replace function pbdb._schema_branch_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer, p_limit integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_dependent constant jsonb := p_schema -> 'dependentSchemas';
    v_errors jsonb := '[]';
    v_schema jsonb;
begin
    if p_schema ? '$ref' then
        v_errors := pbdb._schema_node_errors(
            p_root,
            coalesce(pbdb._schema_reference(p_root, p_schema ->> '$ref'), p_schema -> '$ref'),
            p_value, p_path, p_depth + 1, p_limit
        );
    end if;

    if pg_catalog.jsonb_typeof(v_dependent) <> 'object' then
        return pbdb._schema_unchecked(
            p_path, 'dependentSchemas', v_dependent::text || ' is not an object'
        );
    elsif p_schema ?| '{allOf,dependentSchemas}' then
        -- a loop, because it stops at the limit
        for v_schema in
            select s.value from pbdb._schema_list(p_schema -> 'allOf') as s(value)
            union all
            select s.value
            from pg_catalog.jsonb_each(v_dependent) as s(name, value)
            where pg_catalog.jsonb_typeof(p_value) = 'object' and p_value ? s.name
        loop
            exit when pg_catalog.jsonb_array_length(v_errors) >= p_limit;
            v_errors := v_errors || pbdb._schema_node_errors(
                p_root, v_schema, p_value, p_path, p_depth + 1, p_limit
            );
        end loop;
    end if;

    if p_schema ?| '{anyOf,oneOf,not,if}' then
        v_errors := v_errors
            || pbdb._schema_choice_errors(p_root, p_schema, p_value, p_path, p_depth, p_limit);
    end if;
    return v_errors || pbdb._schema_unsupported_errors(p_root, p_schema, p_path);
end;
$fn$;

comment on function pbdb._schema_branch_errors(jsonb, jsonb, jsonb, text, integer, integer) is
'Errors of the keywords that lay more schemas on the same value, and of those that pbdb does not '
'support.';

revoke execute on function pbdb._schema_branch_errors(jsonb, jsonb, jsonb, text, integer, integer)
from public;
