-- drop: function pbdb._playbook_graph(uuid)
create or replace function pbdb._playbook_graph(p_playbook_id uuid)
returns table (nodes jsonb, edges jsonb)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with steps as materialized (
        select step.*, parent.step_name as parent_step_name
        from pbdb.playbook_steps as step
        left join pbdb.playbook_steps as parent
            on
                step.organization_id = parent.organization_id
                and step.parent_step_id = parent.id
        where step.playbook_id = p_playbook_id
    ),

    links as (
        select edge.from_id, edge.to_id, edge.kind, null::text as place
        from pbdb._flow_edges(p_playbook_id) as edge
        where edge.kind <> 'target'
        union all
        select written.step_id, target.id, 'target', 'config.' || written.path
        from pbdb._playbook_targets(p_playbook_id) as written
        inner join steps as target on written.target in (target.step_name, target.id::text)
    )

    select
        (
            select coalesce(jsonb_agg(jsonb_build_object(
                'step_id', steps.id,
                'step_name', steps.step_name,
                'step_type', steps.step_type,
                'step_order', steps.step_order,
                'description', steps.description,
                'parent_step_name', steps.parent_step_name,
                'branch', steps.branch,
                'is_final', steps.is_final,
                'is_optional', steps.is_optional,
                'has_condition', steps.condition is not null,
                'is_for_each', steps.config ? 'for_each'
            ) order by steps.step_order), '[]')
            from steps
        ),
        (
            select coalesce(jsonb_agg(jsonb_build_object(
                'from_step_name', source.step_name,
                'to_step_name', target.step_name,
                'kind', links.kind,
                'branch', case when links.kind = 'branch' then target.branch end,
                'place', links.place
            ) order by source.step_order, links.kind, links.place, target.step_order), '[]')
            from links
            inner join steps as source on links.from_id = source.id
            inner join steps as target on links.to_id = target.id
        );
end;

comment on function pbdb._playbook_graph(uuid) is
'The steps of a playbook version and how control moves between them; always one row.';

revoke execute on function pbdb._playbook_graph(uuid) from public;
