-- drop: function pbdb._step_config_issues(text, jsonb)
create or replace function pbdb._step_config_issues(p_step_type text, p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
begin atomic
    select issue.path, issue.code, issue.message, issue.hint
    from (
        select * from pbdb._config_key_issues(p_step_type, p_config)
        union all
        select * from pbdb._config_missing_issues(p_step_type, p_config)
        union all
        select * from pbdb._operation_issues(p_config -> 'operations')
        where p_step_type = 'DATA_TRANSFORM'
        union all
        select * from pbdb._branch_issues(p_config)
        where p_step_type = 'CONDITIONAL_BRANCH'
        union all
        select * from pbdb._request_issues(p_config)
        where p_step_type = 'API_CALL'
        union all
        select * from pbdb._prompt_issues(p_config)
        where p_step_type = 'PROMPT_TEMPLATE'
        union all
        select * from pbdb._wait_issues(p_step_type, p_config)
        where p_step_type in ('WAIT_FOR_INPUT', 'PARALLEL_EXECUTION')
    ) as issue
    where jsonb_typeof(p_config) = 'object'
    union all
    select
        '', 'CONFIG_KIND_INVALID', format('the config is %s', left(p_config::text, 100)),
        'Give the step an object.'
    where jsonb_typeof(p_config) <> 'object';
end;

comment on function pbdb._step_config_issues(text, jsonb) is
'What is wrong with the config of a step of this type: JSON pointer, code, message, hint. The '
'codes are those of pbdb._config_key_issues, _config_missing_issues, _operation_issues, '
'_branch_issues, _request_issues, _prompt_issues and _wait_issues; warnings are '
'CONFIG_KEY_UNKNOWN, URL_FROM_DATA and SINGLE_BRACES. Its expressions are the business of '
'pbdb._expression_issues.';

revoke execute on function pbdb._step_config_issues(text, jsonb) from public;
