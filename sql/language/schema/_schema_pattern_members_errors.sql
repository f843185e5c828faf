-- drop: function pbdb._schema_pattern_members_errors(jsonb, jsonb, jsonb, text, integer, integer)
create or replace function pbdb._schema_pattern_members_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer, p_limit integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_properties constant jsonb := coalesce(p_schema -> 'properties', '{}');
    v_patterns constant jsonb := p_schema -> 'patternProperties';
    v_errors jsonb := '[]';
    v_name text;
    v_member jsonb;
    v_schema jsonb;
begin
    if pg_catalog.jsonb_typeof(v_patterns) <> 'object' then
        return pbdb._schema_unchecked(
            p_path, 'patternProperties', v_patterns::text || ' is not an object'
        );
    end if;
    if (select count(*) from pg_catalog.jsonb_object_keys(v_patterns))
        * (select count(*) from pg_catalog.jsonb_object_keys(p_value)) > 100000
    then
        return pbdb._schema_unchecked(
            p_path, 'patternProperties', 'it has too many patterns for so many members'
        );
    end if;
    -- a loop, because it stops at the limit
    for v_name, v_member, v_schema in
        with patterns as materialized (
            select p.value as schema, pbdb._schema_regex(p.name) as regex
            from pg_catalog.jsonb_each(v_patterns) as p(name, value)
        ),

        matches as (
            select m.name, m.value, p.schema, p.regex
            from pg_catalog.jsonb_each(p_value) as m(name, value)
            left join patterns as p
                on coalesce(m.name ~ p.regex collate pg_catalog."C", true)
        )

        select m.name, m.value, case
            when m.schema is null then p_schema -> 'additionalProperties'
            when m.regex is null then '"patternProperties has a pattern that cannot be used"'
            else m.schema
        end
        from matches as m
        where m.schema is not null
            or (p_schema ? 'additionalProperties' and not v_properties ? m.name)
    loop
        exit when pg_catalog.jsonb_array_length(v_errors) >= p_limit;
        v_errors := v_errors || pbdb._schema_node_errors(
            p_root, v_schema, v_member, pbdb._schema_path(p_path, v_name), p_depth + 1, p_limit
        );
    end loop;
    return v_errors;
end;
$fn$;

comment on function pbdb._schema_pattern_members_errors(
    jsonb, jsonb, jsonb, text, integer, integer
) is
'Errors of the members that patternProperties names, and of additionalProperties where '
'patternProperties stands beside it.';

revoke execute on function pbdb._schema_pattern_members_errors(
    jsonb, jsonb, jsonb, text, integer, integer
) from public;
