-- drop: function pbdb._playbook_targets(uuid)
create or replace function pbdb._playbook_targets(p_playbook_id uuid)
returns table (step_id uuid, path text, target text)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with steps as (
        select
            array_agg(step.id order by step.step_order) as ids,
            array_agg(step.step_type order by step.step_order) as types,
            array_agg(step.config order by step.step_order) as configs
        from pbdb.playbook_steps as step
        where
            step.playbook_id = p_playbook_id
            and step.step_type = any(pbdb._types_holding('step'))
    )

    select steps.ids[written.n], written.path, written.target
    from steps
    cross join lateral pbdb._step_targets(steps.types, steps.configs) as written;
end;

comment on function pbdb._playbook_targets(uuid) is
'The steps that configs of a playbook''s steps name as the next one: the step, the place in its '
'config, and the name or id as written.';

revoke execute on function pbdb._playbook_targets(uuid) from public;
