-- drop: function pbdb._rule_conditions(jsonb)
--
-- A rule may be its own condition, {field, operator, value}, in a list or as the config itself.
create or replace function pbdb._rule_conditions(p_config jsonb)
returns table (path text, value jsonb)
language sql
immutable
parallel safe
security invoker
begin atomic
    select rule.path, condition.value
    from (
        select format('%s[%s]', list.key, item.position - 1), item.value
        from (values ('branches'), ('conditions')) as list (key)
        cross join lateral jsonb_array_elements(
            case jsonb_typeof(p_config -> list.key) when 'array' then p_config -> list.key end
        ) with ordinality as item (value, position)
        union all
        select '', p_config
        where not p_config ?| '{branches,conditions}'
    ) as rule (path, value)
    cross join lateral (
        select jsonb_object_agg(part.key, rule.value -> part.key)
        from unnest('{field,operator,value,type}'::text[]) as part (key)
        where rule.value ? part.key
    ) as condition (value)
    where
        jsonb_typeof(rule.value) = 'object'
        and rule.value ? 'operator'
        and not rule.value ? 'when';
end;

comment on function pbdb._rule_conditions(jsonb) is
'The rules of a CONDITIONAL_BRANCH that are conditions themselves: place in the config and '
'condition.';

revoke execute on function pbdb._rule_conditions(jsonb) from public;
