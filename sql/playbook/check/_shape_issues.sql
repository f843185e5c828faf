-- drop: function pbdb._shape_issues(uuid)
--
-- One rule after the other; a document cannot break most of them, rows written by hand can.
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._shape_issues(p_playbook_id uuid)
returns table (
    severity text, step_id uuid, code text, path text, message text, hint text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with steps as materialized (
        select
            step.*,
            facts.kind = 'parallel' as is_parallel,
            pbdb._step_timeout(
                step.step_type, step.timeout_seconds,
                pbdb._canonical_config(step.step_type, step.config)
            ) as timeout
        from pbdb.playbook_steps as step
        inner join pbdb.step_types() as facts on step.step_type = facts.step_type
        where step.playbook_id = p_playbook_id
    )

    select
        'error', null::uuid, 'NO_STEPS', 'steps', 'the playbook has no steps',
        'Add at least one step.'
    where not exists (select from steps where steps.parent_step_id is null)
    union all
    select
        'error', null, 'TOO_MANY_STEPS', 'steps', format('%s steps; 1000 is the most', count(*)),
        'Move parts into playbooks of their own and call them with CUSTOM_FUNCTION.'
    from steps
    having count(*) > 1000
    union all
    select
        'error', null, 'PLAYBOOK_TOO_LARGE', 'steps',
        format('the steps take %s bytes; 1048576 is the most', sum(pg_column_size(steps.*))),
        'Keep large texts in prompt templates, and data in tables.'
    from steps
    having sum(pg_column_size(steps.*)) > 1048576
    union all
    select
        'error', steps.id, 'PARALLEL_EMPTY', 'branches',
        format('%s has no branches', steps.step_name),
        'Give it branches, or config.for_each and a body.'
    from steps
    where
        steps.is_parallel
        and not exists (select from steps as child where child.parent_step_id = steps.id)
    union all
    select
        'error', steps.id, 'PARENT_NOT_PARALLEL', 'parent_step_id',
        format('%s is inside %s, which is %s', steps.step_name, parent.step_name, parent.step_type),
        'Only PARALLEL_EXECUTION steps contain others.'
    from steps
    inner join steps as parent on steps.parent_step_id = parent.id
    where not parent.is_parallel
    union all
    select
        'error', steps.id, 'BODY_NOT_SINGLE', 'steps',
        format('%s has for_each and %s branches', steps.step_name, count(distinct child.branch)),
        'for_each runs one body; put a PARALLEL_EXECUTION step inside it for more.'
    from steps
    inner join steps as child on steps.id = child.parent_step_id
    where steps.config ? 'for_each'
    group by steps.id, steps.step_name
    having count(distinct child.branch) > 1
    union all
    select
        'error', steps.id, 'LINK_LEAVES_SCOPE',
        case edge.kind
            when 'target' then 'config'
            when 'next' then 'on_success'
            else 'on_failure'
        end,
        format('%s leads to %s, which is in another branch', steps.step_name, target.step_name),
        'Steps lead to steps of their own branch; a branch ends, and the parallel step goes on.'
    from pbdb._step_edges(p_playbook_id) as edge
    inner join steps on edge.from_id = steps.id
    inner join steps as target on edge.to_id = target.id
    where
        (steps.parent_step_id, steps.branch)
        is distinct from (target.parent_step_id, target.branch)
    union all
    select
        'error', unknown.id, 'BRANCH_TARGET_UNKNOWN', 'config.' || unknown.path,
        format('no step is called %s', to_jsonb(unknown.target)),
        -- The search for the nearest name is slow; past the first twenty nobody reads it.
        case when unknown.number > 20 then 'See the first ones.' else pbdb._suggestion(
            unknown.target, (select array_agg(other.step_name) from steps as other)
        ) end
    from (
        select
            written.step_id as id, written.path, written.target,
            row_number() over (order by steps.step_order) as number
        from pbdb._playbook_targets(p_playbook_id) as written
        inner join steps on written.step_id = steps.id
        where
            not exists (
                select from steps as target where written.target = target.step_name
            )
            and not exists (
                select from steps as target where written.target = target.id::text
            )
    ) as unknown
    union all
    select
        'warning', steps.id, 'PARALLEL_TIMEOUT_SHORT', 'timeout_seconds',
        format(
            '%s may take %s seconds, %s inside it %s', steps.step_name, steps.timeout,
            min(child.step_name), coalesce(max(child.timeout)::text || ' seconds', 'any time')
        ),
        'Give the parallel step a timeout_seconds of its own.'
    from steps
    inner join steps as child
        on steps.id = child.parent_step_id and coalesce(child.timeout > steps.timeout, true)
    where steps.is_parallel and steps.timeout_seconds is null
    group by steps.id, steps.step_name, steps.timeout;
end;

comment on function pbdb._shape_issues(uuid) is
'What keeps the steps of a playbook from being a program: none or too many of them, links out of '
'their branch, unknown branch targets, parallel steps without branches. PARALLEL_TIMEOUT_SHORT is'
' a warning.';

revoke execute on function pbdb._shape_issues(uuid) from public;
