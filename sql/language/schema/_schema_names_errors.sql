-- drop: function pbdb._schema_names_errors(jsonb, jsonb, jsonb, text, integer)
create or replace function pbdb._schema_names_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_count constant jsonb := pg_catalog.to_jsonb(
        (select count(*) from pg_catalog.jsonb_object_keys(p_value))
    );
    v_names constant jsonb := p_schema -> 'propertyNames';
    v_dependent constant jsonb := p_schema -> 'dependentRequired';
    v_keyword text;
    v_errors jsonb := '[]';
    v_found jsonb;
begin
    v_keyword := case
        when v_count < (p_schema -> 'minProperties') then 'minProperties'
        when v_count > (p_schema -> 'maxProperties') then 'maxProperties'
    end;
    if v_keyword is not null then
        v_errors := pbdb._schema_error(
            p_path, v_keyword, p_value, p_schema -> v_keyword
        );
    end if;

    if v_names is not null then
        select pbdb._schema_refusal(
            found.errors, p_path, 'propertyNames', p_value, pg_catalog.to_jsonb(k.name)
        )
        into v_found
        from pg_catalog.jsonb_object_keys(p_value) as k(name)
        cross join lateral pbdb._schema_node_errors(
            p_root, v_names, pg_catalog.to_jsonb(k.name), p_path, p_depth + 1, 1
        ) as found(errors)
        where found.errors <> '[]'
        limit 1;
        v_errors := v_errors || coalesce(v_found, '[]');
    end if;

    if pg_catalog.jsonb_typeof(v_dependent) <> 'object'
        or v_dependent @? 'strict $.* ? (@.type() != "array")'
    then
        return pbdb._schema_unchecked(
            p_path, 'dependentRequired', v_dependent::text || ' is not an object of arrays'
        );
    end if;
    select pbdb._schema_error(
        p_path, 'dependentRequired', p_value, r.name
    )
    into v_found
    from pg_catalog.jsonb_each(v_dependent) as d(name, names)
    cross join lateral pg_catalog.jsonb_array_elements(d.names) as r(name)
    where p_value ? d.name and not p_value ? (r.name #>> '{}')
    limit 1;
    return v_errors || coalesce(v_found, '[]');
end;
$fn$;

comment on function pbdb._schema_names_errors(jsonb, jsonb, jsonb, text, integer) is
'Errors of minProperties, maxProperties, propertyNames and dependentRequired; one of each at most.';

revoke execute on function pbdb._schema_names_errors(jsonb, jsonb, jsonb, text, integer)
from public;
