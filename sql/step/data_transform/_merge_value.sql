-- drop: function pbdb._merge_value(jsonb, jsonb)
create or replace function pbdb._merge_value(p_value jsonb, p_variables jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_value constant jsonb := pbdb._map(p_value, p_variables);
begin
    if v_value = 'null' then
        return '{}';
    elsif jsonb_typeof(v_value) is distinct from 'object' then
        raise exception using
            errcode = 'PB024',
            message = format('a merge operation has the value %s, not an object',
                left(coalesce(v_value::text, 'missing'), 200)),
            hint = 'Give it an object, or a path to one.';
    end if;
    return v_value;
end;
$fn$;

comment on function pbdb._merge_value(jsonb, jsonb) is
'The object that a merge operation adds; a path without a value adds nothing. Raises PB024 unless '
'it is an object.';

revoke execute on function pbdb._merge_value(jsonb, jsonb) from public;
