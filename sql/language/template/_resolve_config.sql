-- drop: function pbdb._resolve_config(jsonb, text[], jsonb, jsonb)
--
-- In a url every inserted value is percent-encoded: a value must not be able to add a path
-- segment, a parameter or a host.
create or replace function pbdb._resolve_config(
    p_config jsonb, p_keys text[], p_context jsonb, p_variables jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result jsonb := p_config;
    v_options jsonb := case
        when p_config ? 'syntax' then jsonb_build_object('syntax', p_config -> 'syntax')
        else '{}'
    end;
    v_key text;
begin
    foreach v_key in array p_keys loop
        if p_config -> v_key @? 'strict $.** ? (@ starts with "$" || @ like_regex "\\{")' then
            v_result[v_key] := pbdb._resolve_value(
                p_config -> v_key,
                p_context,
                pbdb._with_step_input(p_config ->> v_key, p_context, p_variables),
                case v_key when 'url' then v_options || '{"escape": "url"}' else v_options end
            );
            if pg_column_size(v_result) > 16777216 then
                perform pbdb._refuse_long_text(pg_column_size(v_result));
            end if;
        end if;
    end loop;
    return v_result;
end;
$fn$;

comment on function pbdb._resolve_config(jsonb, text[], jsonb, jsonb) is
'A step''s config with the paths and templates under the given keys replaced. Template names are '
'looked up in the context, then in the variables; values inserted into url are percent-encoded. '
'Raises PB016 and what jsonpath raises.';

revoke execute on function pbdb._resolve_config(jsonb, text[], jsonb, jsonb) from public;
