-- drop: function pbdb._syntax_issues(uuid)
create or replace function pbdb._syntax_issues(p_playbook_id uuid)
returns table (
    severity text, step_id uuid, code text, path text, message text, hint text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with written as materialized (
        select expression.* from pbdb._playbook_expressions(p_playbook_id) as expression
    )

    select
        'error', written.step_id, issue.code, pbdb._pointer_path(written.path, issue.path),
        issue.message, issue.hint
    from written
    cross join lateral pbdb._expression_issues(written.value, written.kind) as issue
    where written.kind <> 'schema'
    union all
    select
        'warning', written.step_id, issue.code, pbdb._pointer_path(written.path, issue.path),
        issue.message, issue.hint
    from written
    cross join lateral pbdb._text_issues(written.value, written.kind) as issue
    where written.kind in ('mapping', 'config', 'template', 'condition')
    union all
    select
        case issue.code when 'SCHEMA_KEYWORD_UNKNOWN' then 'warning' else 'error' end,
        written.step_id, issue.code,
        pbdb._pointer_path(written.path, issue.path), issue.message, issue.hint
    from written
    cross join lateral pbdb._schema_issues(written.value) as issue
    where written.kind = 'schema' and written.value <> '{}';
end;

comment on function pbdb._syntax_issues(uuid) is
'Expressions and JSON Schemas of a playbook that cannot be parsed, with the codes of '
'_expression_issues and _schema_issues, and texts that look like expressions, with those of '
'_text_issues.';

revoke execute on function pbdb._syntax_issues(uuid) from public;
