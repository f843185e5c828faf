-- drop: function pbdb._step_edges(uuid)
create or replace function pbdb._step_edges(p_playbook_id uuid)
returns table (from_id uuid, kind text, written_as text, to_id uuid)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with steps as materialized (
        select
            step.*,
            lead(step.id) over (
                partition by step.parent_step_id, step.branch order by step.step_order
            ) as following_step_id
        from pbdb.playbook_steps as step
        where step.playbook_id = p_playbook_id
    )

    select step.id, 'next', null::text, coalesce(step.on_success_step_id, step.following_step_id)
    from steps as step
    where
        not step.is_final
        and coalesce(step.on_success_step_id, step.following_step_id) is not null
    union all
    select step.id, 'failure', null::text, step.on_failure_step_id
    from steps as step
    where step.on_failure_step_id is not null
    union all
    select written.step_id, 'target', written.target, target.id
    from pbdb._playbook_targets(p_playbook_id) as written
    inner join (
        select steps.step_name as known_as, steps.id from steps
        union
        select steps.id::text, steps.id from steps
    ) as target on written.target = target.known_as;
end;

comment on function pbdb._step_edges(uuid) is
'Where each step of a playbook can go: kind next (absent after is_final), failure, or target (of '
'a step whose config names steps, with the name or id as it is written there).';

revoke execute on function pbdb._step_edges(uuid) from public;
