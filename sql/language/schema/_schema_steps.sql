-- drop: function pbdb._schema_steps(jsonb)
create or replace function pbdb._schema_steps(p_schema jsonb)
returns table (source text, target text, is_reference boolean)
language plpgsql
immutable
parallel safe
rows 10
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    with nodes as materialized (
        select n.path, n.schema, n.parent, n.keyword
        from pbdb._schema_nodes(p_schema) as n
    )

    select n.path, pbdb._schema_pointer(p_schema, n.schema ->> '$ref'), true
    from nodes as n
    where pg_catalog.jsonb_typeof(n.schema -> '$ref') = 'string'
    union all
    select n.parent, n.path, false
    from nodes as n
    where n.keyword in (
        'allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'
    );
end;
$fn$;

comment on function pbdb._schema_steps(jsonb) is
'From which schema to which a check can go while it stays on the same value, as JSON pointers. The '
'target of a reference is null when it is in another document, and may be no schema.';

revoke execute on function pbdb._schema_steps(jsonb) from public;
