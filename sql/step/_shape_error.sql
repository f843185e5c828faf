-- drop: function pbdb._shape_error(jsonb, jsonb, text)
--
-- A schema is read again for each value, and reading it can fail in ways of its own (a pattern that
-- is too large, a stack that is too small): that is what is wrong with this value then.
create or replace function pbdb._shape_error(p_schema jsonb, p_value jsonb, p_what text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_began_at timestamptz := clock_timestamp();
    v_errors jsonb;
begin
    if coalesce(jsonb_typeof(p_schema), '') not in ('object', 'boolean') then
        return null;
    end if;
    begin
        v_errors := pbdb._schema_errors(p_schema, p_value);
        return case when v_errors <> '[]' then jsonb_build_object(
            'code', 'OUTPUT_INVALID', 'message', pbdb._schema_message(p_what, v_errors)
        ) end;
    exception
        when others or query_canceled or assert_failure then
            if pbdb._aborts_the_turn(sqlstate)
                and not (sqlstate = '57014' and pbdb._time_is_up(v_began_at, null)) then
                raise;
            end if;
            return jsonb_build_object('code', 'OUTPUT_INVALID', 'permanent', true,
                'message', format('%s cannot be checked: %s', p_what, left(sqlerrm, 10000)));
    end;
end;
$fn$;

comment on function pbdb._shape_error(jsonb, jsonb, text) is
'Why a value does not fit a schema, or cannot be checked against it, as an error {code, message}; '
'null when it fits or there is no schema.';

revoke execute on function pbdb._shape_error(jsonb, jsonb, text) from public;
