-- drop: function pbdb._expression_names(jsonb, text)
create or replace function pbdb._expression_names(p_value jsonb, p_kind text default 'mapping')
returns text[]
language sql
immutable
parallel safe
begin atomic
    select coalesce(array_agg(distinct found.name order by found.name), '{}')
    from (
        select unnest(pbdb._path_names(expression.expression)) as name
        from pbdb._expressions(p_value, p_kind) as expression
        where expression.kind in ('path', 'predicate')
        union all
        select case
            when expression.expression like 'steps.%'
                then 'steps.' || split_part(expression.expression, '.', 2)
            else split_part(expression.expression, '.', 1)
        end
        from pbdb._expressions(p_value, p_kind) as expression
        where expression.kind = 'name'
    ) as found;
end;

comment on function pbdb._expression_names(jsonb, text) is
'The variables that the expressions inside a value read, sorted: input, step_input, step_1_output, '
'steps.qualify, item, index, error, execution. p_kind says how the value is read: mapping, '
'condition, template, config (paths and templates) or path.';

revoke execute on function pbdb._expression_names(jsonb, text) from public;
