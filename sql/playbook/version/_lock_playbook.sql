-- drop: function pbdb._lock_playbook(uuid, boolean)
--
-- Read after the lock is granted, so that a status which changed meanwhile is seen.
create or replace function pbdb._lock_playbook(
    p_playbook_id uuid, p_excludes_starts boolean default false
)
returns pbdb.playbooks
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
begin
    if p_excludes_starts then
        perform from pbdb.playbooks as playbook
        where playbook.organization_id = v_organization_id and playbook.id = p_playbook_id
        for update;
    else
        perform from pbdb.playbooks as playbook
        where playbook.organization_id = v_organization_id and playbook.id = p_playbook_id
        for no key update;
    end if;

    return pbdb._find_playbook(p_playbook_id);
end;
$fn$;

comment on function pbdb._lock_playbook(uuid, boolean) is
'As _find_playbook, with the row locked against other changes of the playbook and its steps; '
'p_excludes_starts: also against executions that start.';

revoke execute on function pbdb._lock_playbook(uuid, boolean) from public;
