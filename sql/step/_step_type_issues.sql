-- drop: function pbdb._step_type_issues(pbdb.playbook_step_type, jsonb)
create or replace function pbdb._step_type_issues(
    p_type pbdb.playbook_step_type, p_config jsonb
)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
security invoker
begin atomic
    with canonical as materialized (
        select pbdb._canonical_config(p_type, p_config) as config
    )

    select issue.path, issue.code, issue.message, issue.hint
    from canonical
    cross join lateral (
        select * from pbdb._message_issues(canonical.config, 'messages')
        where p_type = 'AGENT_EXECUTION'
        union all
        select * from pbdb._operation_issues(canonical.config)
        where p_type = 'DATA_TRANSFORM'
        union all
        select * from pbdb._branch_issues(p_config, canonical.config)
        where p_type = 'CONDITIONAL_BRANCH'
        union all
        select * from pbdb._request_issues(canonical.config)
        where p_type = 'API_CALL'
        union all
        select * from pbdb._timeout_issues(p_config)
        where p_type = 'API_CALL'
        union all
        select * from pbdb._message_issues(canonical.config, 'template')
        where p_type = 'PROMPT_TEMPLATE'
        union all
        select * from pbdb._prompt_issues(canonical.config)
        where p_type = 'PROMPT_TEMPLATE'
        union all
        select * from pbdb._wait_issues(canonical.config)
        where p_type = 'WAIT_FOR_INPUT'
    ) as issue;
end;

comment on function pbdb._step_type_issues(pbdb.playbook_step_type, jsonb) is
'What is wrong with the config of a step that only its type knows: JSON pointer, code, message, '
'hint. Warnings are TIMEOUT_IN_MILLISECONDS, URL_FROM_DATA and SINGLE_BRACES.';

revoke execute on function pbdb._step_type_issues(pbdb.playbook_step_type, jsonb) from public;
