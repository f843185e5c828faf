-- drop: function pbdb._schema_reference_issues(jsonb)
create or replace function pbdb._schema_reference_issues(p_schema jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    with recursive nodes as materialized (
        select n.path, n.schema, n.parent, n.keyword
        from pbdb._schema_nodes(p_schema) as n
    ),

    refs as materialized (
        select n.path, n.schema ->> '$ref' as reference,
            pbdb._schema_pointer(p_schema, n.schema ->> '$ref') as target
        from nodes as n
        where jsonb_typeof(n.schema -> '$ref') = 'string'
    ),

    -- a step that stays on the same value
    steps as materialized (
        select r.path as source, r.target, r.path as at_ref
        from refs as r
        union all
        select n.parent, n.path, null
        from nodes as n
        where n.keyword in (
            'allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'
        )
    ),

    reached as (
        select s.source as start, s.target as node
        from steps as s
        where s.at_ref is not null
        union
        select r.start, s.target
        from reached as r
        inner join steps as s on r.node = s.source
    )

    select
        r.path || '/$ref',
        case
            when r.target is null and r.reference not like '#%' then 'SCHEMA_REF_REMOTE'
            when n.path is null then 'SCHEMA_REF_DANGLING'
            else 'SCHEMA_REF_LOOP'
        end,
        case
            when r.target is null and r.reference not like '#%'
                then format('%s is in another document', r.reference)
            when n.path is null then format('there is no schema at %s', r.reference)
            else format('%s leads back here without looking at a part of the value', r.reference)
        end,
        case
            when n.path is null then 'Copy the schema into $defs and refer to it with #/$defs/name.'
            else 'Put the reference below properties, items or another keyword that looks deeper.'
        end
    from refs as r
    left join nodes as n on r.target = n.path
    where n.path is null
        or exists (select from reached as c where c.start = r.path and c.node = r.path);
end;

comment on function pbdb._schema_reference_issues(jsonb) is
'Issues of $ref: into another document, to nothing, or in a circle that would never end.';

revoke execute on function pbdb._schema_reference_issues(jsonb) from public;
