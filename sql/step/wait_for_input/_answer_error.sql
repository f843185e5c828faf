-- drop: function pbdb._answer_error(jsonb, jsonb)
create or replace function pbdb._answer_error(p_step jsonb, p_answer jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_errors jsonb;
begin
    if jsonb_typeof(p_step -> 'config' -> 'schema') in ('object', 'boolean') then
        v_errors := pbdb._schema_errors(p_step -> 'config' -> 'schema', p_answer);
        if v_errors <> '[]' then
            return jsonb_build_object(
                'code', 'OUTPUT_INVALID', 'message', pbdb._schema_message('answer', v_errors)
            );
        end if;
    end if;
    return null;
end;
$fn$;

comment on function pbdb._answer_error(jsonb, jsonb) is
'Why an answer does not fit the schema in a WAIT_FOR_INPUT''s config, as an error; null when it '
'fits.';

revoke execute on function pbdb._answer_error(jsonb, jsonb) from public;
