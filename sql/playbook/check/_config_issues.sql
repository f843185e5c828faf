-- drop: function pbdb._config_issues(uuid)
--
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._config_issues(p_playbook_id uuid)
returns table (
    severity text, step_id uuid, code text, path text, message text, hint text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        case
            when issue.code in ('CONFIG_KEY_UNKNOWN', 'URL_FROM_DATA', 'SINGLE_BRACES')
                then 'warning'
            else 'error'
        end,
        issue.step_id, issue.code, pbdb._pointer_path('config', issue.path), issue.message,
        concat_ws(' ', case
            -- The search for the nearest key is slow; past the first fifty nobody reads it.
            when issue.code = 'CONFIG_KEY_UNKNOWN' and issue.number <= 50
                then 'Did you mean ' || pbdb._nearest(substr(issue.path, 2), (
                    select array_agg(known.key)
                    from pbdb._config_keys(issue.step_type) as known
                )) || '?'
        end, issue.hint)
    from (
        select
            step.id as step_id,
            step.step_type::text as step_type,
            found.*,
            row_number() over (order by step.step_order) as number
        from pbdb.playbook_steps as step
        cross join lateral pbdb._step_config_issues(step.step_type::text, step.config) as found
        -- SECRET_IN_CONFIG is found again, with other credentials, by the test for secrets below.
        where step.playbook_id = p_playbook_id and found.code <> 'SECRET_IN_CONFIG'
    ) as issue
    union all
    select
        'error', step.id, 'SECRET_IN_CONFIG', issue.path, issue.message,
        'Take it out, replace it where it is valid, and refer to it by name: '
        'auth: {"type": "bearer", "secret": "<name>"}.'
    from pbdb.playbook_steps as step
    cross join lateral pbdb._secret_issues(step.config) as issue
    where step.playbook_id = p_playbook_id
    union all
    select
        'warning', step.id, 'AGENT_UNKNOWN', 'config.agent',
        format('no agent %s is defined', to_jsonb(pbdb._agent_named(step.config))),
        'Call define_agent and activate again, or register it under this name in a runner.'
    from pbdb.playbook_steps as step
    where
        step.playbook_id = p_playbook_id
        and step.step_type = 'AGENT_EXECUTION'
        and pbdb._agent_named(step.config) is not null
        and pbdb._find_agent(step.organization_id, pbdb._agent_named(step.config)) is null
    union all
    select
        'error', step.id, 'TEMPLATE_UNKNOWN', 'config.template_name',
        format(
            'there is no prompt template %s%s', step.config -> 'template_name',
            ' version ' || (step.config ->> 'template_version')
        ),
        pbdb._suggestion(step.config ->> 'template_name', coalesce((
            select array_agg(distinct template.name::text)
            from pbdb.prompt_templates as template
            where template.organization_id = step.organization_id
        ), '{}'))
    from pbdb.playbook_steps as step
    where
        step.playbook_id = p_playbook_id
        and step.step_type in ('PROMPT_TEMPLATE', 'AGENT_EXECUTION')
        and jsonb_typeof(step.config -> 'template_name') = 'string'
        and not pbdb._program_config(step.organization_id, step.step_type, step.config)
        ?| '{template,prompt,messages}'
    union all
    select
        'warning', step.id, 'PLAYBOOK_NOT_ACTIVE', 'config.playbook',
        format('there is no ACTIVE playbook %s', step.config -> 'playbook'),
        'Activate it before this step runs.'
    from pbdb.playbook_steps as step
    where
        step.playbook_id = p_playbook_id
        and pbdb._step_kind(step.step_type, step.config) = 'child'
        and not exists (
            select
            from pbdb.playbooks as playbook
            where
                playbook.organization_id = step.organization_id
                and playbook.name = step.config ->> 'playbook'
                and (playbook.status = 'ACTIVE' or playbook.id = p_playbook_id)
        );
end;

comment on function pbdb._config_issues(uuid) is
'What is wrong with the configs of a playbook''s steps: keys and values, secrets written out '
'(SECRET_IN_CONFIG), names of agents, prompt templates and playbooks that nothing has.';

revoke execute on function pbdb._config_issues(uuid) from public;
