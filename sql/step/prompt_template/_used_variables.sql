-- drop: function pbdb._used_variables(text, jsonb, text)
create or replace function pbdb._used_variables(
    p_template text, p_context jsonb, p_syntax text
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_used jsonb := '{}';
    v_pieces constant text[] := string_to_array(
        p_template, case p_syntax when 'single_brace' then '{' else '{{' end
    );
    v_name text;
begin
    for i in 2 .. cardinality(v_pieces) loop
        v_name := substring(v_pieces[i] from '^[{&#^\s]*([^\s.?}]+)');
        if p_context ? v_name and not v_used ? v_name then
            v_used := v_used || jsonb_build_object(v_name, p_context -> v_name);
        end if;
    end loop;
    return v_used;
end;
$fn$;

comment on function pbdb._used_variables(text, jsonb, text) is
'The members of a template''s context that its tags name, with their values.';

revoke execute on function pbdb._used_variables(text, jsonb, text) from public;
