-- drop: function pbdb._schema_contains_errors(jsonb, jsonb, jsonb, text, integer)
create or replace function pbdb._schema_contains_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_fewest constant jsonb := coalesce(p_schema -> 'minContains', '1');
    v_found bigint;
    v_unchecked jsonb;
begin
    select count(*) filter (where judged.errors = '[]'),
        (array_agg(judged.errors) filter (where judged.errors @> '[{"unchecked": true}]'))[1]
    into v_found, v_unchecked
    from pg_catalog.jsonb_array_elements(p_value) as e(value)
    cross join lateral pbdb._schema_node_errors(
        p_root, p_schema -> 'contains', e.value, p_path, p_depth + 1, 1
    ) as judged(errors);

    if v_unchecked is not null then
        return v_unchecked;
    elsif pg_catalog.to_jsonb(v_found) < v_fewest then
        return pbdb._schema_error(
            p_path, 'contains', p_value, v_fewest
        );
    elsif pg_catalog.to_jsonb(v_found) > (p_schema -> 'maxContains') then
        return pbdb._schema_error(
            p_path, 'maxContains', p_value,
            p_schema -> 'maxContains'
        );
    end if;
    return '[]';
end;
$fn$;

comment on function pbdb._schema_contains_errors(jsonb, jsonb, jsonb, text, integer) is
'Errors of contains, minContains and maxContains.';

revoke execute on function pbdb._schema_contains_errors(jsonb, jsonb, jsonb, text, integer)
from public;
