-- drop: function pbdb._schema_evaluated(jsonb, jsonb, jsonb, integer)
create or replace function pbdb._schema_evaluated(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_depth integer
)
returns text[]
language plpgsql
immutable
parallel safe
as $fn$
declare
    v_kind constant text := pg_catalog.jsonb_typeof(p_value);
    v_properties constant jsonb := p_schema -> 'properties';
    v_seen text[] := '{}';
    v_branch jsonb;
begin
    if pg_catalog.jsonb_typeof(p_schema) <> 'object' or p_depth >= 100 then
        return v_seen;
    elsif v_kind = 'object' then
        v_seen := array(
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
        v_seen := array(
            select (e.position - 1)::text
            from pg_catalog.jsonb_array_elements(p_value) with ordinality as e(value, position)
            where p_schema ?| '{items,unevaluatedItems}'
                or e.position <= pg_catalog.jsonb_array_length(p_schema -> 'prefixItems')
                or p_schema ? 'contains' and pbdb._schema_node_errors(
                    p_root, p_schema -> 'contains', e.value, '', p_depth + 1, 1
                ) = '[]'
        );
    end if;

    -- recursion is not possible in a set
    for v_branch in
        select b.schema
        from pbdb._schema_branches(p_root, p_schema, p_value) as b(schema)
        where pbdb._schema_node_errors(p_root, b.schema, p_value, '', p_depth + 1, 1) = '[]'
    loop
        v_seen := v_seen || pbdb._schema_evaluated(p_root, v_branch, p_value, p_depth + 1);
    end loop;

    if p_schema ? 'if' then
        v_branch := p_schema -> case
            when pbdb._schema_node_errors(
                p_root, p_schema -> 'if', p_value, '', p_depth + 1, 1
            ) = '[]' then 'then'
            else 'else'
        end;
        if v_branch is not null then
            v_seen := v_seen || pbdb._schema_evaluated(p_root, v_branch, p_value, p_depth + 1);
        end if;
    end if;
    return v_seen;
end;
$fn$;

comment on function pbdb._schema_evaluated(jsonb, jsonb, jsonb, integer) is
'Names of the members (or zero-based positions of the items) that a schema which fits has looked at, '
'through every schema that it lays on the same value: what unevaluatedProperties and unevaluatedItems '
'leave alone.';

revoke execute on function pbdb._schema_evaluated(jsonb, jsonb, jsonb, integer) from public;
