-- drop: function pbdb._schema_nodes(jsonb)
--
-- PL/pgSQL, so that its plan is kept and the planner does not copy the recursion into every caller:
-- those plans would look so costly that a server with JIT would compile them.
create or replace function pbdb._schema_nodes(p_schema jsonb)
returns table (path text, schema jsonb, parent text, keyword text, depth integer)
language plpgsql
immutable
parallel safe
rows 20
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    with recursive keywords as materialized (
        select k.keyword, k.kind
        from pbdb._schema_keywords() as k
        where k.kind like 'schema%'
    ),

    nodes as (
        select
            ''::text as path, p_schema as schema, null::text as parent, null::text as keyword,
            0 as depth
        union all
        select child.path, child.schema, n.path, k.keyword, n.depth + 1
        from nodes as n
        cross join lateral pg_catalog.jsonb_each(
            case pg_catalog.jsonb_typeof(n.schema) when 'object' then n.schema else '{}' end
        ) as m(keyword, value)
        inner join keywords as k on m.keyword = k.keyword
        cross join lateral (
            select pbdb._schema_path(n.path, m.keyword) as path, m.value as schema
            where k.kind = 'schema'
            union all
            select concat(n.path, '/', m.keyword, '/', e.position - 1), e.value
            from pg_catalog.jsonb_array_elements(
                case pg_catalog.jsonb_typeof(m.value) when 'array' then m.value else '[]' end
            ) with ordinality as e(value, position)
            where k.kind = 'schema list'
            union all
            select pbdb._schema_path(pbdb._schema_path(n.path, m.keyword), e.name), e.value
            from pg_catalog.jsonb_each(
                case pg_catalog.jsonb_typeof(m.value) when 'object' then m.value else '{}' end
            ) as e(name, value)
            where k.kind = 'schema map'
        ) as child
        where n.depth <= 100
    )

    select n.path, n.schema, n.parent, n.keyword, n.depth
    from nodes as n;
end;
$fn$;

comment on function pbdb._schema_nodes(jsonb) is
'Every schema inside a schema, itself included, with its JSON pointer, and the node and keyword '
'that hold it. Looks 101 levels deep.';

revoke execute on function pbdb._schema_nodes(jsonb) from public;
