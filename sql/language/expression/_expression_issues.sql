-- drop: function pbdb._expression_issues(jsonb, text)
create or replace function pbdb._expression_issues(p_value jsonb, p_kind text)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
begin atomic
    select issue.path, issue.code, issue.message, issue.hint
    from pbdb._condition_issues(p_value) as issue
    where p_kind = 'condition'
    union all
    select expression.location, issue.code, issue.message, issue.hint
    from pbdb._expressions(p_value, p_kind) as expression
    cross join lateral pbdb._path_issues(expression.expression, expression.kind) as issue
    where expression.kind in ('path', 'predicate') and p_kind <> 'template'
    union all
    select node.location, issue.code, issue.message, issue.hint
    from pbdb._nodes(p_value) as node
    cross join lateral pbdb._template_issues(node.value #>> '{}') as issue
    where
        jsonb_typeof(node.value) = 'string'
        and (
            p_kind = 'template' and node.location = ''
            or p_kind = 'config' and node.value #>> '{}' not like '$%'
        )
    union all
    select
        node.location, 'ALL_INVALID',
        format('%s is not {"$all": path}', left(node.value::text, 200)),
        'Write {"$all": "$input.items[*].id"}, with no other key.'
    from pbdb._nodes(p_value) as node
    where
        p_kind in ('mapping', 'config')
        and jsonb_typeof(node.value) = 'object'
        and node.value ? '$all'
        and (
            node.value - '$all' <> '{}'
            or jsonb_typeof(node.value -> '$all') <> 'string'
            or node.value ->> '$all' not like '$%'
        )
    union all
    select node.location, issue.code, issue.message, issue.hint
    from pbdb._nodes(p_value) as node
    cross join lateral pbdb._operator_issues(node.value) as issue
    where p_kind in ('mapping', 'config') and jsonb_typeof(node.value) = 'object';
end;

comment on function pbdb._expression_issues(jsonb, text) is
'What is wrong with the expressions inside a value: JSON pointer, code, message, hint. p_kind says '
'how the value is read: mapping, condition, template, config (paths and templates) or path. All '
'are errors. Codes: ALL_INVALID, MAPPING_OPERATOR_INVALID and those of pbdb._path_issues, '
'pbdb._condition_issues and pbdb._template_issues. Whether the variables exist is the caller''s '
'to check, with pbdb._expression_names.';

revoke execute on function pbdb._expression_issues(jsonb, text) from public;
