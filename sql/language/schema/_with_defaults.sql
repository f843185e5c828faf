-- drop: function pbdb._with_defaults(jsonb, jsonb)
--
-- As other readers of default do (ajv's useDefaults): the members of an object that is there, level
-- by level; nothing behind a reference or a choice between schemas.
create or replace function pbdb._with_defaults(p_schema jsonb, p_value jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_value jsonb := p_value;
    v_name text;
    v_member jsonb;
begin
    if jsonb_typeof(p_value) <> 'object' or jsonb_typeof(p_schema -> 'properties') <> 'object' then
        return p_value;
    end if;
    for v_name, v_member in select * from jsonb_each(p_schema -> 'properties') loop
        if not v_value ? v_name then
            if jsonb_typeof(v_member) = 'object' and v_member ? 'default' then
                v_value := v_value || jsonb_build_object(v_name, v_member -> 'default');
            end if;
        elsif jsonb_typeof(v_member) = 'object' and v_member ? 'properties' then
            v_value := v_value || jsonb_build_object(
                v_name, pbdb._with_defaults(v_member, v_value -> v_name)
            );
        end if;
    end loop;
    return v_value;
end;
$fn$;

comment on function pbdb._with_defaults(jsonb, jsonb) is
'A value with the members that its schema gives a default and that are not there; a null that is '
'there stays.';

revoke execute on function pbdb._with_defaults(jsonb, jsonb) from public;
