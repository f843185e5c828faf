-- drop: function pbdb._steps_in_cycles(uuid)
create or replace function pbdb._steps_in_cycles(p_playbook_id uuid)
returns setof uuid
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with steps as materialized (
        select step.id, row_number() over (order by step.step_order)::int as n
        from pbdb.playbook_steps as step
        where step.playbook_id = p_playbook_id
    ),

    edges as (
        select
            coalesce(array_agg(source.n order by source.n), '{}') as sources,
            coalesce(array_agg(target.n order by source.n), '{}') as targets
        from pbdb._step_edges(p_playbook_id) as edge
        inner join steps as source on edge.from_id = source.id
        inner join steps as target on edge.to_id = target.id
    )

    select distinct steps.id
    from edges
    cross join lateral unnest(pbdb._nodes_in_cycles(
        edges.sources, edges.targets, (select count(*)::int from steps)
    )) as member (n)
    inner join steps on member.n = steps.n;
end;

comment on function pbdb._steps_in_cycles(uuid) is
'The steps of a playbook that can be reached from themselves.';

revoke execute on function pbdb._steps_in_cycles(uuid) from public;
