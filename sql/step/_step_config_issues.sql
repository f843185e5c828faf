-- drop: function pbdb._step_config_issues(pbdb.playbook_step_type[], jsonb[])
create or replace function pbdb._step_config_issues(
    p_types pbdb.playbook_step_type[], p_configs jsonb[]
)
returns table (n int, path text, code text, message text, hint text)
language sql
stable
parallel safe
security invoker
begin atomic
    select issue.n, issue.path, issue.code, issue.message, issue.hint
    from pbdb._config_key_issues(p_types, p_configs) as issue
    union all
    select issue.n, issue.path, issue.code, issue.message, issue.hint
    from pbdb._config_choice_issues(p_types, p_configs) as issue
    union all
    select config.n::int, issue.path, issue.code, issue.message, issue.hint
    from unnest(p_types, p_configs) with ordinality as config (step_type, value, n)
    cross join lateral pbdb._step_type_issues(config.step_type, config.value) as issue
    where jsonb_typeof(config.value) = 'object'
    union all
    select
        config.n::int, '', 'CONFIG_KIND_INVALID',
        format('the config is %s', left(config.value::text, 100)), 'Give the step an object.'
    from unnest(p_configs) with ordinality as config (value, n)
    where jsonb_typeof(config.value) <> 'object';
end;

comment on function pbdb._step_config_issues(pbdb.playbook_step_type[], jsonb[]) is
'What is wrong with the configs of steps of these types: the number of the config from 1, JSON '
'pointer, code, message, hint. The codes are those of _config_key_issues, _config_choice_issues '
'and _step_type_issues. Expressions are the business of pbdb._expression_issues.';

revoke execute on function pbdb._step_config_issues(pbdb.playbook_step_type[], jsonb[]) from public;
