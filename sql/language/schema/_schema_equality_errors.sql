-- drop: function pbdb._schema_equality_errors(jsonb, jsonb, text)
create or replace function pbdb._schema_equality_errors(p_schema jsonb, p_value jsonb, p_path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_enum constant jsonb := p_schema -> 'enum';
    v_errors jsonb := '[]';
    v_found boolean := true;
begin
    if pg_catalog.jsonb_typeof(v_enum) <> 'array' then
        return pbdb._schema_unchecked(p_path, 'enum', v_enum::text || ' is not an array');
    elsif pg_catalog.jsonb_typeof(p_value) not in ('object', 'array') then
        v_found := v_enum @> p_value;  -- containment of a scalar is equality
    elsif v_enum is not null then
        v_found := exists (
            select from pg_catalog.jsonb_array_elements(v_enum) as e(value) where e.value = p_value
        );
    end if;

    if not v_found then
        v_errors := pbdb._schema_error(p_path, 'enum', p_value, v_enum);
    end if;
    if p_schema -> 'const' <> p_value then
        v_errors := v_errors || pbdb._schema_error(
            p_path, 'const', p_value, p_schema -> 'const'
        );
    end if;
    return v_errors;
end;
$fn$;

comment on function pbdb._schema_equality_errors(jsonb, jsonb, text) is
'Errors of enum and const. Numbers are equal by value: 1 is 1.0.';

revoke execute on function pbdb._schema_equality_errors(jsonb, jsonb, text) from public;
