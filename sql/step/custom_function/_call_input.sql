-- drop: function pbdb._call_input(jsonb, jsonb)
create or replace function pbdb._call_input(p_config jsonb, p_input jsonb)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        when jsonb_typeof(p_config -> 'parameters') is distinct from 'object' then p_input
        when coalesce(p_input, 'null') = 'null' then p_config -> 'parameters'
        when jsonb_typeof(p_input) = 'object' then (p_config -> 'parameters') || p_input
        else p_input
    end;
end;

comment on function pbdb._call_input(jsonb, jsonb) is
'The input of a playbook that a CUSTOM_FUNCTION step calls: the step''s input over its config''s '
'parameters; an input that is no object stays as it is.';

revoke execute on function pbdb._call_input(jsonb, jsonb) from public;
