-- drop: function pbdb._config_expressions(pbdb.playbook_step_type, jsonb)
--
-- Longer than a screen because it is one list: where each step type may hold an expression.
create or replace function pbdb._config_expressions(
    p_type pbdb.playbook_step_type, p_config jsonb
)
returns table (path text, kind text, value jsonb)
language sql
immutable
parallel safe
security invoker
begin atomic
    with lists as (
        select
            format('%s[%s]', list.key, item.position - 1) as path,
            list.key,
            item.value
        from (values ('operations'), ('branches'), ('conditions'), ('template')) as list (key)
        cross join lateral jsonb_array_elements(
            case
                when jsonb_typeof(p_config -> list.key) = 'array' then p_config -> list.key
                else '[]'
            end
        ) with ordinality as item (value, position)
        where jsonb_typeof(item.value) = 'object'
    )

    select
        entry.key,
        case p_config ->> 'syntax' when 'single_brace' then 'mapping' else 'config' end,
        entry.value
    from jsonb_each(p_config) as entry (key, value)
    where entry.key = any(pbdb._expression_keys(p_type))
    union all
    select part.key, part.kind, p_config -> part.key
    from (values
        ('DATA_TRANSFORM', 'output', 'mapping'), ('PARALLEL_EXECUTION', 'for_each', 'mapping'),
        ('PROMPT_TEMPLATE', 'template', 'template'), ('PROMPT_TEMPLATE', 'variables', 'mapping')
    ) as part (type, key, kind)
    where
        part.type = p_type::text
        and p_config ? part.key
        and not (part.kind = 'template' and (
            p_config ->> 'syntax' is not distinct from 'single_brace'
            or jsonb_typeof(p_config -> part.key) <> 'string'
        ))
    union all
    select lists.path || '.' || part.key, part.kind, lists.value -> part.key
    from lists
    inner join (values
        ('DATA_TRANSFORM', 'operations', 'value', 'mapping'),
        ('DATA_TRANSFORM', 'operations', 'condition', 'condition'),
        ('CONDITIONAL_BRANCH', 'branches', 'when', 'condition'),
        ('CONDITIONAL_BRANCH', 'conditions', 'when', 'condition'),
        ('PROMPT_TEMPLATE', 'template', 'content', 'template')
    ) as part (type, list, key, kind) on lists.key = part.list and lists.value ? part.key
    where
        part.type = p_type::text
        and not (
            part.kind = 'template'
            and p_config ->> 'syntax' is not distinct from 'single_brace'
        )
    union all
    select
        rule.path,
        'condition',
        rule.value - '{name,then,trueBranch,true_branch,falseBranch,false_branch,default}'::text[]
    from (
        select lists.path, lists.value from lists where lists.key in ('branches', 'conditions')
        union all
        select '', p_config where not p_config ?| '{branches,conditions}'
    ) as rule (path, value)
    where p_type = 'CONDITIONAL_BRANCH' and not rule.value ? 'when' and rule.value ? 'operator';
end;

comment on function pbdb._config_expressions(pbdb.playbook_step_type, jsonb) is
'The parts of a step''s config that hold expressions: place in the config, how they are read '
'(mapping, condition, template or config: paths and templates), and the value.';

revoke execute on function pbdb._config_expressions(pbdb.playbook_step_type, jsonb) from public;
