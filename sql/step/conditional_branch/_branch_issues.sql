-- drop: function pbdb._branch_issues(jsonb, jsonb)
create or replace function pbdb._branch_issues(p_config jsonb, p_canonical jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
security invoker
begin atomic
    with rules as (
        select
            format(
                '/%s/%s', case when p_config ? 'branches' then 'branches' else 'conditions' end,
                rule.position - 1
            ) as path,
            rule.value,
            left(rule.value::text, 100) as shown
        from jsonb_array_elements(
            case jsonb_typeof(p_canonical -> 'branches')
                when 'array' then p_canonical -> 'branches'
            end
        ) with ordinality as rule (value, position)
        union all
        select '', p_canonical, left(p_config::text, 100)
        where p_canonical ? 'operator'
    )

    select
        rules.path, 'BRANCH_WITHOUT_CONDITION', format('%s has no condition', rules.shown),
        'Give it when (a condition), or field, operator and value; what happens when none holds is '
        'default.'
    from rules
    where jsonb_typeof(rules.value) <> 'object' or not rules.value ?| '{when,operator}'
    union all
    select
        rules.path, 'BRANCH_WITHOUT_TARGET', format('%s leads to no step', rules.shown),
        'Give it then, or false_branch: the name of a step.'
    from rules
    where
        jsonb_typeof(rules.value) = 'object'
        and coalesce(jsonb_typeof(rules.value -> 'then'), '') <> 'string'
        and coalesce(jsonb_typeof(rules.value -> 'false_branch'), '') <> 'string'
    union all
    select
        '/branches', 'BRANCHES_EMPTY', 'the step has no branches to choose from',
        'Add {"when": condition, "then": step}.'
    where p_canonical -> 'branches' = '[]';
end;

comment on function pbdb._branch_issues(jsonb, jsonb) is
'What is wrong with the branches of a CONDITIONAL_BRANCH step, by its config as written and as '
'canonical: JSON pointer into the config, code, message, hint. Codes: BRANCH_WITHOUT_CONDITION, '
'BRANCH_WITHOUT_TARGET, BRANCHES_EMPTY.';

revoke execute on function pbdb._branch_issues(jsonb, jsonb) from public;
