-- drop: function pbdb._apply_function(text, jsonb)
create or replace function pbdb._apply_function(p_function text, p_value jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_text text := p_value #>> '{}';
    v_kind constant text := jsonb_typeof(p_value);
    v_number text;
begin
    case p_function
        when 'uppercase' then
            return case v_kind when 'string' then to_jsonb(upper(v_text)) else p_value end;
        when 'lowercase' then
            return case v_kind when 'string' then to_jsonb(lower(v_text)) else p_value end;
        when 'trim' then
            v_text := regexp_replace(v_text, '^\s+|\s+$', '', 'g');
            return case v_kind when 'string' then to_jsonb(v_text) else p_value end;
        when 'reverse' then
            if v_kind <> 'array' then
                return p_value;
            end if;
            return (
                select coalesce(jsonb_agg(item.value order by item.position desc), '[]')
                from jsonb_array_elements(p_value) with ordinality as item (value, position)
            );
        when 'length' then
            return to_jsonb(
                case v_kind
                    when 'array' then jsonb_array_length(p_value)
                    when 'string' then length(v_text)
                    else 0
                end
            );
        when 'parseInt' then
            v_number := substring(v_text from '^\s*([-+]?\d{1,200})');
            return coalesce(to_jsonb(v_number::numeric), 'null');
        when 'parseFloat' then
            v_number := substring(
                v_text from '^\s*([-+]?(?:\d{1,200}\.?\d{0,200}|\.\d{1,200})(?:[eE][-+]?\d{1,3})?)'
            );
            return coalesce(to_jsonb(v_number::numeric), 'null');
        when 'toString' then
            return to_jsonb(v_text);
        when 'toJSON' then
            return to_jsonb(p_value::text);
        when 'parseJSON' then
            return case v_kind when 'string' then v_text::jsonb else p_value end;
        else
            raise exception using
                errcode = 'PB024',
                message = format('%L is not a function of the transform operation', p_function),
                hint = 'Use uppercase, lowercase, trim, reverse, length, parseInt, parseFloat, '
                    'toString, toJSON or parseJSON.';
    end case;
end;
$fn$;

comment on function pbdb._apply_function(text, jsonb) is
'A value after a function of the transform operation. Text functions leave other kinds unchanged; '
'parseInt and parseFloat give null for text without a number in front. Raises PB024 for an unknown '
'function, class 22 for text that is not JSON.';

revoke execute on function pbdb._apply_function(text, jsonb) from public;
