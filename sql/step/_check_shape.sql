-- drop: function pbdb._check_shape(pbdb.step_effect, jsonb, jsonb, text, text)
create or replace function pbdb._check_shape(
    p_effect pbdb.step_effect, p_schema jsonb, p_value jsonb, p_code text, p_what text
)
returns pbdb.step_effect
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_errors jsonb := pbdb._schema_errors(p_schema, p_value);
begin
    if v_errors <> '[]' then
        p_effect.status := 'FAILED';
        p_effect.error_code := p_code;
        p_effect.error_message := pbdb._schema_message(p_what, v_errors);
    end if;
    return p_effect;
end;
$fn$;

comment on function pbdb._check_shape(pbdb.step_effect, jsonb, jsonb, text, text) is
'The effect, FAILED with the code given when the value does not fit the schema.';

revoke execute on function pbdb._check_shape(pbdb.step_effect, jsonb, jsonb, text, text)
from public;
