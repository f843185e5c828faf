-- drop: function pbdb._comparison_holds(jsonb, jsonb, jsonb)
--
-- A dotted bare name is tried as one member first: that is how the original system read it.
create or replace function pbdb._comparison_holds(
    p_comparison jsonb, p_variables jsonb, p_base jsonb
)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_field text := p_comparison ->> 'field';
    v_base jsonb;
    v_left jsonb;
    v_right jsonb := p_comparison -> 'value';
begin
    if v_field like '$%' then
        if v_field like '$context.%' then
            v_field := '$' || substr(v_field, 10);
        end if;
        v_left := pbdb._evaluate(v_field, p_variables);
    elsif jsonb_typeof(p_comparison -> 'field') = 'string' then
        v_base := coalesce(p_base, p_variables -> 'step_input', p_variables -> 'input');
        v_left := coalesce(v_base -> v_field, v_base #> string_to_array(v_field, '.'), 'null');
    else
        raise exception using
            errcode = 'PB015',
            message = format('%s names no field', left(p_comparison::text, 200)),
            hint = 'Name a member of the step''s input, or write a path that starts with $.';
    end if;
    if left(v_right #>> '{}', 1) in ('$', '{', '[') then
        v_right := pbdb._map(v_right, p_variables);
    end if;

    return pbdb._compare(p_comparison ->> 'operator', v_left, coalesce(v_right, 'null'));
end;
$fn$;

comment on function pbdb._comparison_holds(jsonb, jsonb, jsonb) is
'Whether one {field, operator, value} holds. The field is a path, or a member of p_base (by '
'default the step''s mapped input, else the execution''s input); the value is a mapping. Raises '
'PB015 for an unknown operator and a field that is no text.';

revoke execute on function pbdb._comparison_holds(jsonb, jsonb, jsonb) from public;
