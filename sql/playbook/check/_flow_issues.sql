-- drop: function pbdb._flow_issues(uuid)
--
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._flow_issues(p_playbook_id uuid)
returns table (
    severity text, step_id uuid, code text, path text, message text, hint text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with recursive steps as materialized (
        select step.*
        from pbdb.playbook_steps as step
        where step.playbook_id = p_playbook_id
    ),

    edges as materialized (
        select edge.* from pbdb._flow_edges(p_playbook_id) as edge
    ),

    reached (id) as (
        (
            select steps.id from steps
            where steps.parent_step_id is null
            order by steps.step_order limit 1
        )
        union
        select edges.to_id
        from reached
        inner join edges on reached.id = edges.from_id
    ),

    ending (id) as (
        select steps.id
        from steps
        where
            not exists (
                select from edges where edges.from_id = steps.id and edges.kind = 'next'
            )
            and not pbdb._always_leads(steps.step_type, steps.config)
        union
        select edges.from_id
        from ending
        inner join edges on ending.id = edges.to_id and edges.kind <> 'branch'
    ),

    handlers as (
        select distinct edges.to_id as id from edges where edges.kind = 'failure'
    )

    select
        'warning', steps.id, 'STEP_UNREACHABLE', 'name',
        format('no step leads to %s', steps.step_name),
        'Link to it, reorder the steps, or delete it.'
    from steps
    where steps.id not in (select reached.id from reached)
    union all
    select
        'warning', steps.id, 'CYCLE_WITHOUT_EXIT', 'on_success',
        format('%s is in a loop that nothing leaves but a failure', steps.step_name),
        'Let a CONDITIONAL_BRANCH in the loop lead out of it.'
    from steps
    where
        steps.id in (select pbdb._steps_in_cycles(p_playbook_id))
        and steps.id not in (select ending.id from ending)
    union all
    select
        'warning', steps.id, 'HANDLER_FALLS_THROUGH', 'is_final',
        format('%s handles a failure and then goes on to %s', steps.step_name, following.step_name),
        'Say is_final: true, or name its successor with on_success.'
    from steps
    inner join handlers on steps.id = handlers.id
    inner join edges on steps.id = edges.from_id and edges.kind = 'next'
    inner join steps as following on edges.to_id = following.id
    where steps.on_success_step_id is null and steps.step_type <> all(pbdb._types_holding('step'))
    union all
    select
        'warning', steps.id, 'RUNS_INTO_HANDLER', 'on_success',
        format('after success %s goes on to %s, which handles a failure',
            steps.step_name, following.step_name),
        'Say is_final: true, or name its successor with on_success.'
    from steps
    inner join edges on steps.id = edges.from_id and edges.kind = 'next'
    inner join steps as following on edges.to_id = following.id
    inner join handlers on following.id = handlers.id
    where steps.on_success_step_id is null and steps.id not in (select handlers.id from handlers);
end;

comment on function pbdb._flow_issues(uuid) is
'Warnings about the paths through a playbook: STEP_UNREACHABLE, CYCLE_WITHOUT_EXIT, '
'HANDLER_FALLS_THROUGH, RUNS_INTO_HANDLER.';

revoke execute on function pbdb._flow_issues(uuid) from public;
