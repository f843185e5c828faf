-- drop: function pbdb._config_expressions(pbdb.playbook_step_type[], jsonb[])
create or replace function pbdb._config_expressions(
    p_types pbdb.playbook_step_type[], p_configs jsonb[]
)
returns table (n int, path text, kind text, value jsonb)
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        entry.n, entry.place,
        case
            when entry.holds <> 'resolved' then entry.holds
            when p_configs[entry.n] ->> 'syntax' = 'single_brace' then 'mapping'
            else 'config'
        end,
        entry.value
    from pbdb._config_entries(p_types, p_configs) as entry
    where
        entry.holds in ('resolved', 'mapping', 'condition', 'schema')
        or (
            entry.holds = 'template'
            and jsonb_typeof(entry.value) = 'string'
            and p_configs[entry.n] ->> 'syntax' is distinct from 'single_brace'
        )
    union all
    select config.n::int, rule.path, 'condition', rule.value
    from unnest(p_types, p_configs) with ordinality as config (step_type, value, n)
    cross join lateral pbdb._rule_conditions(config.value) as rule
    where config.step_type = 'CONDITIONAL_BRANCH';
end;

comment on function pbdb._config_expressions(pbdb.playbook_step_type[], jsonb[]) is
'The parts of steps'' configs that hold expressions or a JSON Schema: the number of the config '
'from 1, the place in it, how it is read (mapping, condition, template, config: paths and '
'templates, or schema), and the value.';

revoke execute on function pbdb._config_expressions(pbdb.playbook_step_type[], jsonb[])
from public;
