-- drop: function pbdb._document_link_issues(jsonb)
--
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._document_link_issues(p_document jsonb)
returns table (path text, message text, hint text)
language sql
immutable
parallel safe
security invoker
begin atomic
    with steps as materialized (
        select
            walked.*, walked.step ->> 'name' as name, walked.step ->> 'type' as type,
            coalesce(facts.kind = 'parallel', false) as is_parallel
        from pbdb._document_steps(p_document) as walked
        left join pbdb.step_types() as facts on walked.step ->> 'type' = facts.step_type::text
        where jsonb_typeof(walked.step) = 'object'
    )

    select
        steps.path || '.name',
        format('the name %s is taken by %s', to_jsonb(steps.name), earlier.path),
        'Steps are referred to by name: give each its own.'
    from steps
    inner join lateral (
        select other.path
        from steps as other
        where other.name = steps.name and other.natural_order < steps.natural_order
        order by other.natural_order
        limit 1
    ) as earlier on true
    union all
    select
        steps.path || '.order',
        format('order %s is taken by %s', steps.step_order, other.path),
        'A step without an order is numbered by its position, depth first from 1.'
    from steps
    inner join steps as other
        on steps.step_order = other.step_order and steps.natural_order > other.natural_order
    union all
    select
        unknown.path,
        format('%s names no step: %s', unknown.key, to_jsonb(unknown.name)),
        -- The search for the nearest name is slow; past the first twenty nobody reads it.
        case when unknown.number > 20 then 'See the first ones.' else pbdb._suggestion(
            unknown.name,
            (select array_agg(other.name) from steps as other where other.name is not null)
        ) end
    from (
        select
            steps.path || '.' || link.key as path, link.key, steps.step ->> link.key as name,
            row_number() over (order by steps.natural_order asc, link.key desc) as number
        from steps
        cross join (values ('on_success'), ('on_failure')) as link (key)
        where
            jsonb_typeof(steps.step -> link.key) = 'string'
            and not exists (select from steps as other where other.name = steps.step ->> link.key)
    ) as unknown
    union all
    select
        steps.path || '.' || list.key,
        format('%s belong to a PARALLEL_EXECUTION step, not to %s', list.key, steps.type),
        'Move these steps out, or make this step PARALLEL_EXECUTION.'
    from steps
    cross join (values ('branches'), ('steps')) as list (key)
    where
        coalesce(steps.step -> list.key, 'null') <> 'null'
        and not steps.is_parallel
    union all
    select
        steps.path || '.' || list.key,
        format('a PARALLEL_EXECUTION step with%s for_each has no %s', list.out, list.key),
        list.hint
    from steps
    cross join (values
        ('branches', '', true, 'Write its body as steps, or leave config.for_each out.'),
        ('steps', 'out', false, 'Name branches, or give config.for_each the path of a list.')
    ) as list (key, out, has_for_each, hint)
    where
        steps.is_parallel
        and coalesce(steps.step -> list.key, 'null') <> 'null'
        and coalesce(steps.step -> 'config', '{}') ? 'for_each' = list.has_for_each
    union all
    select
        steps.path || '.branches' || pbdb._path_key(branch.key),
        format(
            'branch %s must be a list of steps, not %s', branch.key, left(branch.value::text, 80)
        ),
        'Give every branch at least one step and a name of 1 to 255 characters.'
    from steps
    cross join lateral jsonb_each(
        case
            when jsonb_typeof(steps.step -> 'branches') = 'object' then steps.step -> 'branches'
            else '{}'
        end
    ) as branch (key, value)
    where
        jsonb_typeof(branch.value) <> 'array'
        or branch.value = '[]'
        or length(branch.key) > 255
        or btrim(branch.key) = '';
end;

comment on function pbdb._document_link_issues(jsonb) is
'What is wrong between the steps of a document: names and orders used twice, links to no step, '
'branches that are out of place or empty.';

revoke execute on function pbdb._document_link_issues(jsonb) from public;
