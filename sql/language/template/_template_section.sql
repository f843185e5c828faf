-- drop: function pbdb._template_section(text, jsonb[], jsonb, boolean)
create or replace function pbdb._template_section(
    p_name text, p_frames jsonb[], p_variables jsonb, p_is_inverted boolean
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_value jsonb := pbdb._template_value(p_name, p_frames, p_variables);
begin
    if p_name like '$%' and v_value is not null then
        v_value := pbdb._evaluate_all(p_name, p_variables);
        if jsonb_array_length(v_value) = 1 then
            v_value := v_value -> 0;
        end if;
    end if;
    if v_value is null or v_value in ('null', 'false', '""', '[]') then
        return case when p_is_inverted then '[null]' else '[]' end;
    elsif p_is_inverted then
        return '[]';
    elsif jsonb_typeof(v_value) = 'array' then
        return v_value;
    end if;
    return jsonb_build_array(v_value);
end;
$fn$;

comment on function pbdb._template_section(text, jsonb[], jsonb, boolean) is
'The values that a section is rendered for, one after another. Missing, null, false, empty text '
'and an empty list give none; the inverted section is rendered once exactly then.';

revoke execute on function pbdb._template_section(text, jsonb[], jsonb, boolean) from public;
