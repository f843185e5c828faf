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
    v_condition constant text := p_condition::text;
    v_reads_item constant boolean := strpos(v_condition, '$i') > 0;
    v_latest constant timestamptz := clock_timestamp() + interval '4 s';
    v_variables jsonb := p_variables;
    v_kept jsonb;
begin
    if jsonb_typeof(p_items) <> 'array' then
        return p_items;
    end if;
    -- Each item is put into a copy of the variables; of a long input there is one for each item.
    if strpos(v_condition, 'input') = 0 then
        v_variables := p_variables - 'input';
    end if;
    select coalesce(jsonb_agg(item.value order by item.position), '[]') into v_kept
    from jsonb_array_elements(p_items) with ordinality as item (value, position)
    where
        clock_timestamp() <= v_latest
        and pbdb._condition_holds(
            p_condition,
            case
                when v_reads_item then v_variables || jsonb_build_object(
                    'item', item.value, 'index', item.position - 1
                )
                else v_variables
            end,
            item.value
        );
    perform pbdb._refuse_late(v_latest);
    return v_kept;
end;
$fn$;

comment on function pbdb._filter_items(jsonb, jsonb, jsonb) is
'The elements of an array (other values stay as they are) for which a condition holds; its bare '
'fields are members of the element, $item is the element and $index its position from 0.';

revoke execute on function pbdb._filter_items(jsonb, jsonb, jsonb) from public;
