-- drop: function pbdb._apply_operation(jsonb, jsonb, jsonb)
create or replace function pbdb._apply_operation(
    p_operation jsonb, p_data jsonb, p_variables jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_field constant text := p_operation ->> 'field';
    v_new_field constant text := p_operation ->> 'new_field';
    v_value jsonb := p_data -> v_field;
begin
    if v_field is null and p_operation ->> 'type' <> 'merge'
        or v_new_field is null and p_operation ->> 'type' = 'rename'
    then
        raise exception using
            errcode = 'PB024',
            message = format('%s names no field', left(p_operation::text, 200)),
            hint = 'Give it field, and for rename new_field.';
    elsif v_value is null
        and p_operation ->> 'type' in ('rename', 'map', 'filter', 'transform')
    then
        return p_data;
    end if;

    case p_operation ->> 'type'
        when 'rename' then
            return (p_data - v_field) || jsonb_build_object(v_new_field, v_value);
        when 'map' then
            return p_data || jsonb_build_object(
                v_field, coalesce(p_operation -> 'mapping' -> (v_value #>> '{}'), v_value)
            );
        when 'set' then
            return p_data || jsonb_build_object(
                v_field, pbdb._map(p_operation -> 'value', p_variables)
            );
        when 'remove' then
            return p_data - v_field;
        when 'merge' then
            return p_data || pbdb._merge_value(p_operation -> 'value', p_variables);
        when 'filter' then
            return p_data || jsonb_build_object(
                v_field, pbdb._filter_items(v_value, p_operation -> 'condition', p_variables)
            );
        when 'transform' then
            return p_data || jsonb_build_object(
                v_field, pbdb._apply_function(p_operation ->> 'function', v_value)
            );
        else
            raise exception using
                errcode = 'PB024',
                message = format('%s is not an operation', left(p_operation::text, 200)),
                hint = 'Use rename, map, set, remove, merge, filter or transform.';
    end case;
end;
$fn$;

comment on function pbdb._apply_operation(jsonb, jsonb, jsonb) is
'Data after one operation of a DATA_TRANSFORM step on its top-level fields; a field that is '
'missing changes nothing. Raises PB024 for an operation that is unknown or names no field.';

revoke execute on function pbdb._apply_operation(jsonb, jsonb, jsonb) from public;
