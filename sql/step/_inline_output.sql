-- drop: function pbdb._inline_output(text, jsonb, jsonb, jsonb)
--
-- One expression, which the planner puts into its caller: a call more per step would be noticed.
create or replace function pbdb._inline_output(
    p_type text, p_config jsonb, p_input jsonb, p_variables jsonb
)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select case p_type
        when 'DATA_TRANSFORM' then pbdb._transform_data(p_config, p_input, p_variables)
        when 'CONDITIONAL_BRANCH' then pbdb._choose_branch(p_config, p_input, p_variables)
        when 'PROMPT_TEMPLATE' then pbdb._render_prompt(p_config, p_input, p_variables)
    end;
end;

comment on function pbdb._inline_output(text, jsonb, jsonb, jsonb) is
'The output of a step whose kind is inline, from its config, its input and the variables that '
'expressions read. branch_to in it names the step that comes next, for a type that chooses one. '
'Raises what the work of the type raises.';

revoke execute on function pbdb._inline_output(text, jsonb, jsonb, jsonb) from public;
