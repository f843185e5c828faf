-- drop: function pbdb._transform_data(jsonb, jsonb, jsonb)
create or replace function pbdb._transform_data(p_config jsonb, p_input jsonb, p_variables jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_operations constant jsonb := p_config -> 'operations';
    v_variables constant jsonb := pbdb._with_step_input(
        p_config::text, p_input, p_variables
    );
    v_result jsonb := p_input;
    v_latest timestamptz;
begin
    if p_config ? 'output' then
        v_result := pbdb._map(p_config -> 'output', v_variables);
    elsif jsonb_typeof(v_operations) is distinct from 'array' then
        raise exception using
            errcode = 'PB024',
            message = format('%s has no list of operations', left(p_config::text, 200)),
            hint = 'Give a DATA_TRANSFORM step output (a mapping) or operations (a list).';
    elsif jsonb_typeof(p_input) is distinct from 'object' then
        raise exception using
            errcode = 'PB024',
            message = format(
                'operations change an object, not %s', left(coalesce(p_input, 'null')::text, 200)
            ),
            hint = 'Build an object in input_mapping, or use output instead.';
    else
        -- A loop, because each operation works on what the one before left.
        v_latest := clock_timestamp() + interval '4 s';
        for i in 0 .. jsonb_array_length(v_operations) - 1 loop
            v_result := pbdb._apply_operation(v_operations -> i, v_result, v_variables);
            if pg_column_size(v_result) > 16777216 then
                perform pbdb._refuse_large_value(pg_column_size(v_result));
            end if;
            if clock_timestamp() > v_latest then
                perform pbdb._refuse_late(v_latest);
            end if;
        end loop;
    end if;
    if p_config ? 'output_format' then
        return pbdb._format_output(v_result, p_config ->> 'output_format');
    end if;
    return v_result;
end;
$fn$;

comment on function pbdb._transform_data(jsonb, jsonb, jsonb) is
'The output of a DATA_TRANSFORM step: its output mapping, or its operations applied in order to '
'the step''s input. Raises PB024 for a config that says neither or names an unknown operation, and '
'for operations on an input that is no object.';

revoke execute on function pbdb._transform_data(jsonb, jsonb, jsonb) from public;
