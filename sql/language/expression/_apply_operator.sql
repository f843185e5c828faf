-- drop: function pbdb._apply_operator(text, jsonb, jsonb)
--
-- Longer than a screen because it is one list: what each operator makes of the list that it takes.
create or replace function pbdb._apply_operator(p_operator text, p_mapping jsonb, p_value jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_list constant jsonb := coalesce(nullif(p_value, 'null'), '[]');
    v_wrong jsonb;
    v_result jsonb;
begin
    if jsonb_typeof(v_list) <> 'array' then
        perform pbdb._refuse_operand(p_operator, v_list, 'a list');
    end if;
    case p_operator
        when '$default' then
            v_result := jsonb_path_query_first(v_list, 'strict $[*] ? (@ != null)');
        when '$concat' then
            v_wrong := jsonb_path_query_first(
                v_list, 'strict $[*] ? (@ != null && @.type() != "array")'
            );
            if v_wrong is not null then
                perform pbdb._refuse_operand(p_operator, v_wrong, 'lists ($append adds a value)');
            end if;
            v_result := jsonb_path_query_array(
                v_list, 'strict $[*] ? (@.type() == "array")[*]'
            );
        when '$append' then
            v_wrong := coalesce(nullif(v_list -> 0, 'null'), '[]');
            if jsonb_typeof(v_wrong) <> 'array' then
                perform pbdb._refuse_operand(p_operator, v_wrong, 'a list before the values');
            end if;
            v_result := v_wrong || (v_list - 0);
        when '$join' then
            v_result := to_jsonb(coalesce((
                select string_agg(
                    part.value #>> '{}', coalesce(p_mapping ->> 'with', '') order by part.position
                )
                from jsonb_array_elements(v_list) with ordinality as part (value, position)
                where part.value <> 'null'
            ), ''));
        when '$sum' then
            v_wrong := jsonb_path_query_first(
                v_list, 'strict $[*] ? (@ != null && @.type() != "number")'
            );
            if v_wrong is not null then
                perform pbdb._refuse_operand(p_operator, v_wrong, 'numbers');
            end if;
            v_result := to_jsonb(coalesce((
                select sum((part.value #>> '{}')::numeric)
                from jsonb_array_elements(v_list) as part (value)
            ), 0));
        when '$sort' then
            v_result := pbdb._sorted_list(
                v_list, string_to_array(p_mapping ->> 'by', '.'),
                coalesce(p_mapping ->> 'order' = 'descending', false)
            );
        when '$object' then
            v_result := pbdb._object_of(v_list);
        when '$merge' then
            v_wrong := jsonb_path_query_first(
                v_list, 'strict $[*] ? (@ != null && @.type() != "object")'
            );
            if v_wrong is not null then
                perform pbdb._refuse_operand(p_operator, v_wrong, 'objects');
            end if;
            select jsonb_object_agg(member.key, member.value order by part.position)
            into v_result
            from jsonb_array_elements(v_list) with ordinality as part (value, position)
            cross join lateral jsonb_each(nullif(part.value, 'null')) as member;
            v_result := coalesce(v_result, '{}');
    end case;
    if pg_column_size(v_result) > 16777216 then
        perform pbdb._refuse_large_value(pg_column_size(v_result));
    end if;
    return coalesce(v_result, 'null');
end;
$fn$;

comment on function pbdb._apply_operator(text, jsonb, jsonb) is
'What an operator of a mapping (other than $all) makes of its value, whose paths are replaced; '
'p_mapping is the object as written, for with, by and order. A missing list is an empty one, null '
'elements count as nothing, but $append adds and $sort keeps them. Raises PB015.';

revoke execute on function pbdb._apply_operator(text, jsonb, jsonb) from public;
