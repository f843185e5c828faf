-- drop: function pbdb._called_playbook_issues(uuid, uuid, jsonb)
create or replace function pbdb._called_playbook_issues(
    p_organization_id uuid, p_playbook_id uuid, p_config jsonb
)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        '/playbook', 'PLAYBOOK_NOT_ACTIVE',
        format('there is no ACTIVE playbook %s', p_config -> 'playbook'),
        'Activate it before this step runs.'
    where
        jsonb_typeof(p_config -> 'playbook') = 'string'
        and not exists (
            select
            from pbdb.playbooks as playbook
            where
                playbook.organization_id = p_organization_id
                and playbook.name = p_config ->> 'playbook'
                and (playbook.status = 'ACTIVE' or playbook.id = p_playbook_id)
        );
end;

comment on function pbdb._called_playbook_issues(uuid, uuid, jsonb) is
'Whether the playbook that a step of p_playbook_id calls can be called: JSON pointer, '
'PLAYBOOK_NOT_ACTIVE (a warning), message, hint.';

revoke execute on function pbdb._called_playbook_issues(uuid, uuid, jsonb) from public;
