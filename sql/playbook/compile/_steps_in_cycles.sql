-- drop: function pbdb._steps_in_cycles(uuid)
--
-- Every cycle has an edge that does not lead forward in step_order, and playbooks have few of
-- those: looking only at what lies between their ends keeps a long straight playbook cheap.
create or replace function pbdb._steps_in_cycles(p_playbook_id uuid)
returns setof uuid
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with recursive edges as materialized (
        select edge.from_id, edge.to_id, step.step_order >= target.step_order as is_back
        from pbdb._step_edges(p_playbook_id) as edge
        inner join pbdb.playbook_steps as step on edge.from_id = step.id
        inner join pbdb.playbook_steps as target on edge.to_id = target.id
    ),

    ahead (first_id, last_id, id) as (
        select from_id, to_id, to_id from edges where is_back
        union
        select ahead.first_id, ahead.last_id, edges.to_id
        from ahead
        inner join edges on ahead.id = edges.from_id
    ),

    behind (first_id, last_id, id) as (
        select from_id, to_id, from_id from edges where is_back
        union
        select behind.first_id, behind.last_id, edges.from_id
        from behind
        inner join edges on behind.id = edges.to_id
    )

    select distinct ahead.id
    from ahead
    inner join behind
        on ahead.first_id = behind.first_id
        and ahead.last_id = behind.last_id
        and ahead.id = behind.id;
end;

comment on function pbdb._steps_in_cycles(uuid) is
'The steps of a playbook that can be reached from themselves.';

revoke execute on function pbdb._steps_in_cycles(uuid) from public;
