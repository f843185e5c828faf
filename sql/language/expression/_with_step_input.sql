-- drop: function pbdb._with_step_input(text, jsonb, jsonb)
--
-- Only when the expression mentions it: the variables may be large, and adding to them copies
-- them.
create or replace function pbdb._with_step_input(
    p_expression text, p_input jsonb, p_variables jsonb
)
returns jsonb
language sql
stable
parallel safe
begin atomic
    select case
        when strpos(p_expression, 'step_input') = 0 or p_variables ? 'step_input'
            then p_variables
        else p_variables || jsonb_build_object('step_input', p_input)
    end;
end;

comment on function pbdb._with_step_input(text, jsonb, jsonb) is
'The variables with $step_input, the input of the step after its input_mapping, if the expression '
'mentions it.';

revoke execute on function pbdb._with_step_input(text, jsonb, jsonb) from public;
