-- drop: function pbdb._branch_issues(jsonb)
create or replace function pbdb._branch_issues(p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    with rules as (
        select
            format('/%s/%s', list.key, rule.position - 1) as path,
            rule.value,
            left(rule.value::text, 100) as shown
        from (values ('branches'), ('conditions')) as list (key)
        cross join lateral jsonb_array_elements(
            case jsonb_typeof(p_config -> list.key) when 'array' then p_config -> list.key end
        ) with ordinality as rule (value, position)
        union all
        select '', p_config, left(p_config::text, 100)
        where p_config ? 'operator'
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
        'Give it then (or trueBranch, falseBranch): the name of a step.'
    from rules
    where
        jsonb_typeof(rules.value) = 'object'
        and not exists (
            select
            from unnest('{then,trueBranch,true_branch,falseBranch,false_branch}'::text[]) as key
            where jsonb_typeof(rules.value -> key) = 'string'
        )
    union all
    select
        '/branches', 'BRANCHES_EMPTY', 'the step has no branches to choose from',
        'Add {"when": condition, "then": step}.'
    where
        p_config -> 'branches' = '[]' or p_config -> 'conditions' = '[]';
end;

comment on function pbdb._branch_issues(jsonb) is
'What is wrong with the branches of a CONDITIONAL_BRANCH step: JSON pointer into the config, code, '
'message, hint. Codes: BRANCH_WITHOUT_CONDITION, BRANCH_WITHOUT_TARGET, BRANCHES_EMPTY.';

revoke execute on function pbdb._branch_issues(jsonb) from public;
