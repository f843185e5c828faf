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
            when issue.code in (
                'CONFIG_KEY_IGNORED', 'TIMEOUT_IN_MILLISECONDS',
                'URL_FROM_DATA', 'SINGLE_BRACES', 'AGENT_UNKNOWN', 'FUNCTION_UNKNOWN',
                'PLAYBOOK_NOT_ACTIVE'
            ) then 'warning'
            else 'error'
        end,
        issue.step_id, issue.code, pbdb._pointer_path('config', issue.path), issue.message,
        concat_ws(' ', case
            when issue.code <> 'CONFIG_KEY_UNKNOWN' then null
            when issue.path in ('/timeout_seconds', '/timeout')
                then 'How long the step may take is timeout_seconds, beside config.'
            when substr(issue.path, 2) in (
                select field.key from pbdb._document_fields('step') as field
            )
                then format('%s belongs beside config, not into it.', substr(issue.path, 2))
            -- The search for the nearest key is slow; past the first fifty nobody reads it.
            when issue.number <= 50
                then 'Did you mean ' || pbdb._nearest(substring(issue.path from '[^/]*$'), (
                    select array_agg(spelling.written)
                    from pbdb.step_config_keys(issue.step_type) as known
                    cross join lateral unnest(known.name || known.aliases) as spelling (written)
                )) || '?'
        end, issue.hint)
    from (
        select
            steps.ids[found.n] as step_id, steps.types[found.n] as step_type, found.*,
            row_number() over (order by found.n) as number
        from (
            select
                array_agg(step.id order by step.step_order) as ids,
                array_agg(step.step_type order by step.step_order) as types,
                array_agg(step.config order by step.step_order) as configs
            from pbdb.playbook_steps as step
            where step.playbook_id = p_playbook_id
        ) as steps
        cross join lateral pbdb._step_config_issues(steps.types, steps.configs) as found
        union all
        select step.id, step.step_type, 0, found.*, 0
        from pbdb.playbook_steps as step
        cross join lateral pbdb._step_reference_issues(
            step.organization_id, p_playbook_id, step.step_type,
            pbdb._canonical_config(step.step_type, step.config)
        ) as found
        where step.playbook_id = p_playbook_id
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
    select issue.severity, step.id, issue.code, 'config.query', issue.message, issue.hint
    from pbdb.playbook_steps as step
    cross join lateral (select pbdb._canonical_config(step.step_type, step.config)) as c (config)
    cross join lateral pbdb._query_issues(c.config) as issue
    where
        step.playbook_id = p_playbook_id
        and step.step_type = 'DATABASE_QUERY'
        and jsonb_typeof(c.config -> 'query') = 'string';
end;

comment on function pbdb._config_issues(uuid) is
'What is wrong with the configs of a playbook''s steps: keys and values, secrets written out '
'(SECRET_IN_CONFIG), texts of queries, names of agents, prompt templates and playbooks that '
'nothing has.';

revoke execute on function pbdb._config_issues(uuid) from public;
