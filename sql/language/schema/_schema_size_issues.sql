-- drop: function pbdb._schema_size_issues(jsonb)
create or replace function pbdb._schema_size_issues(p_schema jsonb)
returns table (path text, code text, message text, hint text)
language plpgsql
immutable
parallel safe
rows 5
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    with recursive steps as materialized (
        select s.source, s.target
        from pbdb._schema_steps(p_schema) as s
    ),

    -- every way through them, not every node: what is reached twice is checked twice
    ways as (
        select n.path as node, 0 as length
        from pbdb._schema_nodes(p_schema) as n
        union all
        select s.target, w.length + 1
        from ways as w
        inner join steps as s on w.node = s.source
        where w.length < 100
    )

    select
        '',
        'SCHEMA_TOO_BIG',
        'there are more than 100000 ways through the schema, without leaving the value',
        'Let fewer references lead to the same definitions, or make the schema smaller.'
    where (select count(*) from (select from ways limit 100001) as some_ways) > 100000;
end;
$fn$;

comment on function pbdb._schema_size_issues(jsonb) is
'Issues of schemas whose references multiply: two to the same definition, again and again, would '
'keep a check busy for ever.';

revoke execute on function pbdb._schema_size_issues(jsonb) from public;
