-- drop: function pbdb._schema_reference_issues(jsonb)
create or replace function pbdb._schema_reference_issues(p_schema jsonb)
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
        select s.source, s.target, s.is_reference
        from pbdb._schema_steps(p_schema) as s
    ),

    reached as (
        select s.source as start, s.target as node
        from steps as s
        where s.is_reference
        union
        select r.start, s.target
        from reached as r
        inner join steps as s on r.node = s.source
    ),

    refs as (
        select
            s.source, s.target, n.schema ->> '$ref' as reference,
            exists (select from pbdb._schema_nodes(p_schema) as t where t.path = s.target) as leads,
            exists (
                select from reached as c where c.start = s.source and c.node = s.source
            ) as loops
        from steps as s
        inner join pbdb._schema_nodes(p_schema) as n on s.source = n.path
        where s.is_reference
    )

    select r.source || '/$ref', problem.code, problem.message, problem.hint
    from refs as r
    cross join lateral (
        select
            'SCHEMA_REF_REMOTE' as code,
            pg_catalog.format('%s is in another document', r.reference) as message,
            'Copy the schema into $defs and refer to it with #/$defs/name.' as hint
        where r.target is null and r.reference not like '#%'
        union all
        select
            'SCHEMA_REF_DANGLING',
            pg_catalog.format('there is no schema at %s', r.reference),
            'Put the schema into $defs and refer to it with #/$defs/name.'
        where not r.leads and (r.target is not null or r.reference like '#%')
        union all
        select
            'SCHEMA_REF_LOOP',
            pg_catalog.format('%s leads back here without looking into the value', r.reference),
            'Put the reference below properties, items or another keyword that looks deeper.'
        where r.leads and r.loops
    ) as problem;
end;
$fn$;

comment on function pbdb._schema_reference_issues(jsonb) is
'Issues of $ref: into another document, to nothing, or in a circle that would never end.';

revoke execute on function pbdb._schema_reference_issues(jsonb) from public;
