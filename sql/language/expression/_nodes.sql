-- drop: function pbdb._nodes(jsonb)
create or replace function pbdb._nodes(p_value jsonb)
returns table (location text, value jsonb)
language sql
immutable
parallel safe
begin atomic
    with recursive nodes (location, value) as (
        select '' as location, p_value as value
        union all
        select inner_node.location, inner_node.value
        from nodes
        cross join lateral (
            select
                concat(
                    nodes.location, '/', replace(replace(member.key, '~', '~0'), '/', '~1')
                ) as location,
                member.value
            from jsonb_each(
                case jsonb_typeof(nodes.value) when 'object' then nodes.value end
            ) as member
            union all
            select concat(nodes.location, '/', element.position - 1), element.value
            from jsonb_array_elements(
                case jsonb_typeof(nodes.value) when 'array' then nodes.value end
            ) with ordinality as element (value, position)
        ) as inner_node
    )

    select nodes.location, nodes.value from nodes;
end;

comment on function pbdb._nodes(jsonb) is
'A JSON value and every value inside it, each with its JSON pointer.';

revoke execute on function pbdb._nodes(jsonb) from public;
