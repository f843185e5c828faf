-- drop: function pbdb._format_output(jsonb, text)
create or replace function pbdb._format_output(p_value jsonb, p_format text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    case p_format
        when 'nested' then
            return p_value;
        when 'flat' then
            if jsonb_typeof(p_value) <> 'object' then
                return p_value;
            end if;
            return (
                with recursive members (name, value) as (
                    select top.key, top.value
                    from jsonb_each(p_value) as top
                    union all
                    select concat(members.name, '.', inner_member.key), inner_member.value
                    from members
                    cross join lateral jsonb_each(
                        case jsonb_typeof(members.value) when 'object' then members.value end
                    ) as inner_member
                )

                select coalesce(jsonb_object_agg(members.name, members.value), '{}')
                from members
                where jsonb_typeof(members.value) <> 'object' or members.value = '{}'
            );
        when 'array' then
            return jsonb_build_object(
                'items',
                case jsonb_typeof(p_value)
                    when 'object' then jsonb_path_query_array(p_value, 'strict $.*')
                    when 'array' then p_value
                    else jsonb_build_array(p_value)
                end
            );
        else
            raise exception using
                errcode = 'PB024',
                message = format('%L is not an output format', p_format),
                hint = 'Use flat, nested or array.';
    end case;
end;
$fn$;

comment on function pbdb._format_output(jsonb, text) is
'The result of a DATA_TRANSFORM step in its output format: nested unchanged, flat with dotted keys '
'(lists stay whole), array as {"items": [values]}. Raises PB024 for another format.';

revoke execute on function pbdb._format_output(jsonb, text) from public;
