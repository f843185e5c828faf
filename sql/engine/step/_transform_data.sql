-- drop: function pbdb._transform_data(jsonb, jsonb, jsonb)
create or replace function pbdb._transform_data(p_config jsonb, p_input jsonb, p_variables jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
as $fn$
declare
    v_result jsonb;
    v_operations constant jsonb := p_config -> 'operations';
begin
    if p_config ? 'output' then
        v_result := pbdb._map(p_config -> 'output', p_variables);
    elsif jsonb_typeof(v_operations) = 'array' then
        v_result := p_input;
        for i in 0 .. jsonb_array_length(v_operations) - 1 loop
            v_result := pbdb._apply_operation(v_operations -> i, v_result, p_variables);
        end loop;
    else
        raise exception using
            errcode = 'PB024',
            message = format(
                'a DATA_TRANSFORM step has neither output nor a list of operations: %s',
                left(p_config::text, 200)
            ),
            hint = 'Give it output (a mapping) or operations (a list).';
    end if;
    if p_config ?| '{outputFormat,output_format}' then
        return pbdb._format_output(
            v_result, coalesce(p_config ->> 'output_format', p_config ->> 'outputFormat')
        );
    end if;
    return v_result;
end;
$fn$;

comment on function pbdb._transform_data(jsonb, jsonb, jsonb) is
'The output of a DATA_TRANSFORM step: its output mapping, or its operations applied in order to '
'the step''s input. Raises PB024 for a config that says neither or names an unknown operation.';

revoke execute on function pbdb._transform_data(jsonb, jsonb, jsonb) from public;
