-- drop: function pbdb._schema_number_errors(jsonb, jsonb, text)
create or replace function pbdb._schema_number_errors(p_schema jsonb, p_value jsonb, p_path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_step constant jsonb := p_schema -> 'multipleOf';
    v_keyword text;
begin
    -- jsonb compares numbers by value, exactly, and does not fail on a limit of another type
    v_keyword := case
        when p_value < (p_schema -> 'minimum') then 'minimum'
        when p_value > (p_schema -> 'maximum') then 'maximum'
        when p_value <= (p_schema -> 'exclusiveMinimum') then 'exclusiveMinimum'
        when p_value >= (p_schema -> 'exclusiveMaximum') then 'exclusiveMaximum'
    end;
    if v_keyword is null and v_step is not null then
        if pg_catalog.jsonb_typeof(v_step) <> 'number' or v_step <= '0' then
            return pbdb._schema_unchecked(
                p_path, 'multipleOf', v_step::text || ' is not a number above 0'
            );
        elsif p_value::numeric % v_step::numeric <> 0 then
            v_keyword := 'multipleOf';
        end if;
    end if;

    if v_keyword is null then
        return '[]';
    end if;
    return pbdb._schema_error(
        p_path, v_keyword, p_value, p_schema -> v_keyword
    );
end;
$fn$;

comment on function pbdb._schema_number_errors(jsonb, jsonb, text) is
'Errors of the keywords for numbers. Numbers are exact decimals, so 0.3 is a multiple of 0.1.';

revoke execute on function pbdb._schema_number_errors(jsonb, jsonb, text) from public;
