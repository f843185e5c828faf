-- drop: function pbdb._flow_edges(uuid)
create or replace function pbdb._flow_edges(p_playbook_id uuid)
returns table (from_id uuid, kind text, to_id uuid)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with leaders as materialized (
        select step.id
        from pbdb.playbook_steps as step
        where
            step.playbook_id = p_playbook_id
            and pbdb._always_leads(step.step_type, step.config)
    )

    select edge.from_id, edge.kind, edge.to_id
    from pbdb._step_edges(p_playbook_id) as edge
    where edge.kind <> 'next' or edge.from_id not in (select leaders.id from leaders)
    union all
    select child.parent_step_id, 'branch', child.id
    from (
        select distinct on (step.parent_step_id, step.branch) step.parent_step_id, step.id
        from pbdb.playbook_steps as step
        where step.playbook_id = p_playbook_id and step.parent_step_id is not null
        order by step.parent_step_id, step.branch, step.step_order
    ) as child;
end;

comment on function pbdb._flow_edges(uuid) is
'How control can really move: the links of a playbook, without the next step of a branch that '
'always goes elsewhere, and from a parallel step to the first step of each branch (kind branch).';

revoke execute on function pbdb._flow_edges(uuid) from public;
