-- drop: function pbdb._condition_issues(jsonb, text, int)
create or replace function pbdb._condition_issues(
    p_condition jsonb, p_location text default '', p_depth int default 1
)
returns table (path text, code text, message text, hint text)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_shown constant text := left(p_condition::text, 200);
    v_forms constant text[] := array(
        select form from unnest('{operator,all,any,not}'::text[]) as form where p_condition ? form
    );
    v_key text;
begin
    if jsonb_typeof(p_condition) in ('null', 'boolean', 'string') or p_condition = '{}' then
        return;
    elsif p_depth > 16 then
        return query select
            p_location, 'CONDITION_TOO_DEEP', 'conditions are nested more than 16 deep',
            'Write it with fewer levels, or as a path predicate.';
    elsif jsonb_typeof(p_condition) <> 'object' or cardinality(v_forms) <> 1
        or p_condition ? 'type' and p_condition ->> 'type' is distinct from 'simple'
    then
        return query select
            p_location, 'CONDITION_INVALID',
            format('%s is not one condition', v_shown),
            'Write a path predicate, {"field", "operator", "value"}, {"all": [...]}, '
            '{"any": [...]} or {"not": ...}; combine them by nesting.';
    elsif v_forms[1] = 'operator' then
        return query
        select concat(p_location, issue.path), issue.code, issue.message, issue.hint
        from pbdb._comparison_issues(p_condition) as issue;
    elsif v_forms[1] = 'not' then
        return query select * from pbdb._condition_issues(
            p_condition -> 'not', p_location || '/not', p_depth + 1
        );
    elsif jsonb_typeof(p_condition -> v_forms[1]) <> 'array' then
        return query select
            p_location, 'CONDITION_INVALID', format('%s is not a list', v_shown),
            format('Write {"%s": [condition, ...]}.', v_forms[1]);
    else
        return query
        select issue.*
        from jsonb_array_elements(p_condition -> v_forms[1])
        with ordinality as part (value, position)
        cross join lateral pbdb._condition_issues(
            part.value, concat_ws('/', p_location, v_forms[1], part.position - 1), p_depth + 1
        ) as issue;
    end if;
end;
$fn$;

comment on function pbdb._condition_issues(jsonb, text, int) is
'What is wrong with the shape of a condition: JSON pointer, code, message, hint. Codes: '
'CONDITION_INVALID, CONDITION_TOO_DEEP and those of pbdb._comparison_issues. Its paths are the '
'business of pbdb._expression_issues.';

revoke execute on function pbdb._condition_issues(jsonb, text, int) from public;
