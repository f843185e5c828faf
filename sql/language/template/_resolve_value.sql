-- drop: function pbdb._resolve_value(jsonb, jsonb, jsonb, jsonb)
create or replace function pbdb._resolve_value(
    p_value jsonb, p_context jsonb, p_variables jsonb, p_options jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result jsonb := p_value;
    v_text text;
    v_keys jsonb;
    v_key text;
begin
    case jsonb_typeof(p_value)
        when 'string' then
            v_text := p_value #>> '{}';
            return case
                when v_text like '$%' then pbdb._map(p_value, p_variables)
                when strpos(v_text, '{') = 0 then p_value
                else to_jsonb(pbdb._render(v_text, p_context, p_variables, p_options))
            end;
        when 'object' then
            if p_value ? '$all' and p_value - '$all' = '{}' then
                return pbdb._map(p_value, p_variables);
            end if;
            v_keys := jsonb_path_query_array(
                p_value,
                'strict $.keyvalue() ? (@.value.type() == "string"
                    || @.value.type() == "object" || @.value.type() == "array").key'
            );
            if jsonb_array_length(v_keys) > 20 then
                return pbdb._resolve_many(p_value, p_context, p_variables, p_options);
            end if;
            for i in 0 .. jsonb_array_length(v_keys) - 1 loop
                v_key := v_keys ->> i;
                if v_key like '$%' and pbdb._operator_of(p_value) = v_key then
                    return pbdb._apply_operator(v_key, p_value, pbdb._resolve_value(
                        p_value -> v_key, p_context, p_variables, p_options
                    ));
                end if;
                v_result[v_key] := pbdb._resolve_value(
                    p_value -> v_key, p_context, p_variables, p_options
                );
                if pg_column_size(v_result) > 16777216 then
                    perform pbdb._refuse_long_text(pg_column_size(v_result));
                end if;
            end loop;
            return v_result;
        when 'array' then
            return pbdb._resolve_many(p_value, p_context, p_variables, p_options);
        else
            return p_value;
    end case;
end;
$fn$;

comment on function pbdb._resolve_value(jsonb, jsonb, jsonb, jsonb) is
'A config value with its expressions replaced: text that starts with $ is a path as in a mapping, '
'text with braces a template, anything else stays as written. Raises PB016.';

revoke execute on function pbdb._resolve_value(jsonb, jsonb, jsonb, jsonb) from public;
