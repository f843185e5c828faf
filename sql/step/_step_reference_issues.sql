-- drop: function pbdb._step_reference_issues(uuid, uuid, pbdb.playbook_step_type, jsonb)
create or replace function pbdb._step_reference_issues(
    p_organization_id uuid, p_playbook_id uuid, p_type pbdb.playbook_step_type, p_config jsonb
)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select issue.path, issue.code, issue.message, issue.hint
    from (
        select * from pbdb._agent_issues(p_organization_id, p_config)
        where p_type = 'AGENT_EXECUTION'
        union all
        select * from pbdb._template_name_issues(p_organization_id, p_config)
        where p_type in ('AGENT_EXECUTION', 'PROMPT_TEMPLATE')
        union all
        select * from pbdb._called_playbook_issues(p_organization_id, p_playbook_id, p_config)
        where p_type = 'CUSTOM_FUNCTION'
        union all
        select * from pbdb._function_issues(p_config)
        where p_type = 'CUSTOM_FUNCTION'
    ) as issue;
end;

comment on function pbdb._step_reference_issues(
    uuid, uuid, pbdb.playbook_step_type, jsonb
) is
'What a step''s canonical config names in vain (agents, prompt templates, playbooks, '
'functions): JSON pointer, code, message, hint. Codes: TEMPLATE_UNKNOWN; AGENT_UNKNOWN, '
'FUNCTION_UNKNOWN and PLAYBOOK_NOT_ACTIVE are warnings.';

revoke execute on function pbdb._step_reference_issues(
    uuid, uuid, pbdb.playbook_step_type, jsonb
) from public;
