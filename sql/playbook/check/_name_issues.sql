-- drop: function pbdb._name_issues(uuid)
--
-- A step sees the outputs of its own scope and of the scopes around it: inside a parallel step
-- whose branches run at the same time, or many times, another step's output is not one value.
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._name_issues(p_playbook_id uuid)
returns table (
    severity text, step_id uuid, code text, path text, message text, hint text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with recursive steps as materialized (
        select step.* from pbdb.playbook_steps as step where step.playbook_id = p_playbook_id
    ),

    scopes (id, parent_step_id, branch) as (
        select steps.id, steps.parent_step_id, steps.branch::text from steps
        union
        select scopes.id, parent.parent_step_id, parent.branch::text
        from scopes
        inner join steps as parent on scopes.parent_step_id = parent.id
    ),

    names as materialized (
        select expression.step_id, expression.path, read.name
        from pbdb._playbook_expressions(p_playbook_id) as expression
        cross join lateral unnest(
            pbdb._expression_names(expression.value, expression.kind)
        ) as read (name)
        where expression.kind <> 'schema'
    ),

    sources as materialized (
        select
            names.*, source.id as source_id, source.step_name, source.parent_step_id, source.branch
        from names
        left join (
            select format('step_%s_output', steps.step_order) as known_as, steps.* from steps
            union all
            select 'steps.' || steps.step_name, steps.* from steps
        ) as source on names.name = source.known_as
        where names.name ~ '^(step_\d+_output$|steps\.)'
    )

    select
        'error', unknown.step_id, 'STEP_UNKNOWN', unknown.path,
        format('$%s is no step''s output', unknown.name),
        -- The search for the nearest name is slow; past the first twenty nobody reads it.
        case when unknown.number > 20 then 'See the first ones.' else pbdb._suggestion(
            unknown.name, (
                select array_agg(
                    case
                        when unknown.name ~ '^steps\.' then 'steps.' || other.step_name
                        else format('step_%s_output', other.step_order)
                    end
                    order by other.step_order
                )
                from steps as other
            )
        ) end
    from (
        select sources.*, row_number() over (order by sources.step_id) as number
        from sources
        where sources.source_id is null
    ) as unknown
    union all
    select
        'error', sources.step_id, 'STEP_OUT_OF_SCOPE', sources.path,
        format('$%s is read outside its branch', sources.name),
        'Read the output of the parallel step, which holds the outputs of its branches.'
    from sources
    where
        sources.source_id is not null
        and sources.parent_step_id is not null
        and not exists (
            select
            from scopes
            where
                scopes.id = sources.step_id
                and scopes.parent_step_id = sources.parent_step_id
                and scopes.branch = sources.branch
        )
    union all
    select
        'error', names.step_id, 'STEP_NOT_NAMED', names.path,
        '$steps is read without the name of a step',
        'Name the step: $steps.<name>.output.'
    from names
    where names.name = 'steps'
    union all
    select
        'error', names.step_id, 'ITEM_OUTSIDE_FOR_EACH', names.path,
        format(
            '$%s is read outside %s', names.name,
            case names.name when 'outer' then 'a for_each in a for_each' else 'for_each' end
        ),
        'Move the step into the body of a PARALLEL_EXECUTION step with config.for_each.'
    from names
    where
        names.name in ('item', 'index', 'outer')
        and not (names.name <> 'outer' and names.path ~ '^config\.operations\[')
        and (
            select count(*)
            from scopes
            inner join steps as parent on scopes.parent_step_id = parent.id
            where scopes.id = names.step_id and parent.config ? 'for_each'
        ) < case names.name when 'outer' then 2 else 1 end
    union all
    select
        'error', names.step_id, 'VARIABLE_UNKNOWN', names.path,
        format('$%s is not a variable', names.name),
        pbdb._suggestion(
            names.name, array[
                'input', 'steps', 'item', 'index', 'outer', 'error', 'execution', 'now',
                'step_input'
            ]
        )
    from names
    where
        names.name !~ '^(step_\d+_output$|steps\.)'
        and names.name not in (
            'input', 'step_input', 'steps', 'item', 'index', 'outer', 'error', 'execution', 'now'
        );
end;

comment on function pbdb._name_issues(uuid) is
'What expressions name that is not there: STEP_UNKNOWN, STEP_OUT_OF_SCOPE, STEP_NOT_NAMED, '
'ITEM_OUTSIDE_FOR_EACH, VARIABLE_UNKNOWN.';

revoke execute on function pbdb._name_issues(uuid) from public;
