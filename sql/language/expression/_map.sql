-- drop: function pbdb._map(jsonb, jsonb)
--
-- A loop over the members that can change, because running any query here, even over jsonb_each,
-- costs as much as evaluating three paths; but each assignment copies the object, so a large one
-- is built at once.
create or replace function pbdb._map(p_mapping jsonb, p_variables jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result jsonb := p_mapping;
    v_keys jsonb;
    v_key text;
    v_text text;
    v_latest timestamptz;
begin
    case jsonb_typeof(p_mapping)
        when 'object' then
            if p_mapping ? '$all' and p_mapping - '$all' = '{}' then
                return pbdb._evaluate_all(p_mapping ->> '$all', p_variables);
            end if;
            v_keys := jsonb_path_query_array(
                p_mapping,
                'strict $.keyvalue() ? (@.value starts with "$"
                    || @.value.type() == "object" || @.value.type() == "array").key'
            );
            if jsonb_array_length(v_keys) > 20 then
                return pbdb._map_many(p_mapping, p_variables);
            end if;
            if pg_column_size(p_variables) > 10000 then
                v_latest := pbdb._latest_end(p_variables);
            end if;
            for i in 0 .. jsonb_array_length(v_keys) - 1 loop
                v_key := v_keys ->> i;
                if v_key like '$%' and pbdb._operator_of(p_mapping) = v_key then
                    return pbdb._apply_operator(
                        v_key, p_mapping, pbdb._map(p_mapping -> v_key, p_variables)
                    );
                end if;
                v_text := p_mapping ->> v_key;
                if v_text like '$%' and v_text not like '$$%' then
                    v_result[v_key] := pbdb._evaluate(v_text, p_variables);
                else
                    v_result[v_key] := pbdb._map(p_mapping -> v_key, p_variables);
                end if;
                if pg_column_size(v_result) > 16777216 then
                    perform pbdb._refuse_large_value(pg_column_size(v_result));
                end if;
                if clock_timestamp() > v_latest then
                    perform pbdb._refuse_late(v_latest);
                end if;
            end loop;
            return v_result;
        when 'string' then
            v_text := p_mapping #>> '{}';
            return case
                when v_text not like '$%' then p_mapping
                when v_text like '$$%' then to_jsonb(substr(v_text, 2))
                else pbdb._evaluate(v_text, p_variables)
            end;
        when 'array' then
            if not p_mapping @? 'strict $[*] ? (@ starts with "$"
                    || @.type() == "object" || @.type() == "array")' then
                return p_mapping;
            end if;
            return pbdb._map_many(p_mapping, p_variables);
        else
            return p_mapping;
    end case;
end;
$fn$;

comment on function pbdb._map(jsonb, jsonb) is
'A mapping with every path in it replaced by its first match or null. {"$all": path} becomes every '
'match as an array, the other operators what pbdb._apply_operator says, "$$..." the text '
'after the first dollar sign, anything else stays as written. Null gives null. '
'Raises PB015 for more than 16777216 bytes.';

revoke execute on function pbdb._map(jsonb, jsonb) from public;
