-- drop: function pbdb._find_playbook(uuid)
create or replace function pbdb._find_playbook(p_playbook_id uuid)
returns pbdb.playbooks
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_playbook pbdb.playbooks;
begin
    select playbook.* into v_playbook
    from pbdb.playbooks as playbook
    where playbook.organization_id = v_organization_id and playbook.id = p_playbook_id;

    if not found then
        raise exception using
            errcode = 'PB004',
            message = format('playbook %s does not exist', p_playbook_id),
            hint = 'select id, name, version from pbdb.playbooks lists this organization''s.';
    end if;
    return v_playbook;
end;
$fn$;

comment on function pbdb._find_playbook(uuid) is
'The playbook of the current tenant with this id; raises PB001 without a tenant, PB004 for any '
'other id.';

revoke execute on function pbdb._find_playbook(uuid) from public;
