-- drop: function pbdb._has_element(jsonb, jsonb)
--
-- Containment alone is exact for scalars only: [[1, 2]] contains [[1]].
create or replace function pbdb._has_element(p_array jsonb, p_element jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if not p_array @> jsonb_build_array(p_element) then
        return false;
    elsif jsonb_typeof(p_element) not in ('object', 'array') then
        return true;
    end if;
    return exists (
        select from jsonb_array_elements(p_array) as element where element.value = p_element
    );
end;
$fn$;

comment on function pbdb._has_element(jsonb, jsonb) is
'Whether a JSON array has an element equal to the given value.';

revoke execute on function pbdb._has_element(jsonb, jsonb) from public;
