-- drop: function pbdb._used_variables(text, jsonb, jsonb)
create or replace function pbdb._used_variables(
    p_template text, p_context jsonb, p_options jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
as $fn$
declare
    v_used jsonb := '{}';
    v_names constant text[] := array(select jsonb_object_keys(p_context));
    v_name text;
begin
    foreach v_name in array v_names loop
        if strpos(p_template, v_name) > 0 and p_template ~ (
            case p_options ->> 'syntax'
                when 'single_brace' then '\{' else '\{\{[{&#^]?\s*'
            end
            || regexp_replace(v_name, '\W', '\\\&', 'g') || '\s*([.}?]|$)'
        ) then
            v_used := v_used || jsonb_build_object(v_name, p_context -> v_name);
        end if;
    end loop;
    return v_used;
end;
$fn$;

comment on function pbdb._used_variables(text, jsonb, jsonb) is
'The members of a template''s context that its tags name, with their values.';

revoke execute on function pbdb._used_variables(text, jsonb, jsonb) from public;
