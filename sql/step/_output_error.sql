-- drop: function pbdb._output_error(jsonb, jsonb)
create or replace function pbdb._output_error(p_step jsonb, p_output jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_problem text;
begin
    if pg_column_size(p_output) > pbdb._output_limit() then
        return jsonb_build_object(
            'code', 'OUTPUT_TOO_LARGE', 'permanent', true, 'message', format(
                'the output is %s bytes, the limit is %s',
                pg_column_size(p_output), pbdb._output_limit()
            )
        );
    end if;
    v_problem := pbdb._value_problem(p_output);
    if v_problem is not null then
        return jsonb_build_object(
            'code', 'OUTPUT_INVALID', 'permanent', true, 'message',
            'the output cannot be kept: ' || v_problem
        );
    end if;
    if jsonb_typeof(p_step -> 'output_schema') = 'object' then
        -- What an agent costs stands beside what it says; the schema is about what it says.
        return pbdb._shape_error(
            p_step -> 'output_schema',
            case
                when p_step ? 'output_member'
                    then coalesce(p_output -> (p_step ->> 'output_member'), 'null')
                else p_output
            end,
            'output'
        );
    end if;
    return null;
end;
$fn$;

comment on function pbdb._output_error(jsonb, jsonb) is
'Why a step''s output cannot be accepted, as an error {code, message}; null when it can.';

revoke execute on function pbdb._output_error(jsonb, jsonb) from public;
