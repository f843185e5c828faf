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
    select
        'error', written.step_id, issue.code, pbdb._pointer_path(written.path, issue.path),
        issue.message, issue.hint
    from pbdb._playbook_expressions(p_playbook_id) as written
    cross join lateral pbdb._expression_issues(written.value, written.kind) as issue
    union all
    select
        case issue.code when 'SCHEMA_KEYWORD_UNKNOWN' then 'warning' else 'error' end,
        written.step_id, issue.code,
        pbdb._pointer_path(written.path, issue.path), issue.message, issue.hint
    from (
        select null::uuid, 'input_schema', playbook.input_schema
        from pbdb.playbooks as playbook
        where playbook.id = p_playbook_id
        union all
        select null, 'output_schema', playbook.output_schema
        from pbdb.playbooks as playbook
        where playbook.id = p_playbook_id
        union all
        select step.id, schema.path, schema.value
        from pbdb.playbook_steps as step
        cross join lateral (values
            ('input_schema', step.input_schema),
            ('output_schema', step.output_schema),
            ('config.schema', case
                when step.step_type = 'WAIT_FOR_INPUT' then step.config -> 'schema'
            end)
        ) as schema (path, value)
        where step.playbook_id = p_playbook_id
    ) as written (step_id, path, schema)
    cross join lateral pbdb._schema_issues(written.schema) as issue
    where written.schema is not null and written.schema <> '{}';
end;

comment on function pbdb._syntax_issues(uuid) is
'Expressions and JSON Schemas of a playbook that cannot be parsed, with the codes of '
'_expression_issues and _schema_issues.';

revoke execute on function pbdb._syntax_issues(uuid) from public;
