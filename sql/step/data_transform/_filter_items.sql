-- drop: function pbdb._filter_items(jsonb, jsonb, jsonb)
create or replace function pbdb._filter_items(
    p_items jsonb, p_condition jsonb, p_variables jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_reads_item constant boolean := strpos(p_condition::text, '$i') > 0;
begin
    if jsonb_typeof(p_items) <> 'array' then
        return p_items;
    end if;
    return (
        select coalesce(jsonb_agg(item.value order by item.position), '[]')
        from jsonb_array_elements(p_items) with ordinality as item (value, position)
        where pbdb._condition_holds(
            p_condition,
            case
                when v_reads_item then p_variables || jsonb_build_object(
                    'item', item.value, 'index', item.position - 1
                )
                else p_variables
            end,
            item.value
        )
    );
end;
$fn$;

comment on function pbdb._filter_items(jsonb, jsonb, jsonb) is
'The elements of an array (other values stay as they are) for which a condition holds; its bare '
'fields are members of the element, $item is the element and $index its position from 0.';

revoke execute on function pbdb._filter_items(jsonb, jsonb, jsonb) from public;
