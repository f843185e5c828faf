-- drop: function pbdb._condition_field(jsonb, jsonb, jsonb)
--
-- A dotted bare name is tried as one member first: that is how the original system read it.
create or replace function pbdb._condition_field(
    p_field jsonb, p_variables jsonb, p_base jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
as $fn$
declare
    v_field constant text := p_field #>> '{}';
    v_base jsonb;
begin
    if jsonb_typeof(p_field) is distinct from 'string' then
        raise exception using
            errcode = 'PB015',
            message = format('the field of a condition is %s', coalesce(p_field::text, 'missing')),
            hint = 'Name a member of the step''s input, or write a path that starts with $.';
    elsif v_field like '$context.%' then
        return pbdb._evaluate('$' || substr(v_field, 10), p_variables);
    elsif v_field like '$%' then
        return pbdb._evaluate(v_field, p_variables);
    end if;
    v_base := coalesce(p_base, p_variables -> 'step_input', p_variables -> 'input');
    return coalesce(v_base -> v_field, v_base #> string_to_array(v_field, '.'), 'null');
end;
$fn$;

comment on function pbdb._condition_field(jsonb, jsonb, jsonb) is
'The value that the field of a condition names: a path, or a member of p_base (by default the '
'step''s mapped input, else the execution''s input). JSON null when missing. Raises PB015 unless '
'it is text.';

revoke execute on function pbdb._condition_field(jsonb, jsonb, jsonb) from public;
