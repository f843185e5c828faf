-- drop: function pbdb._lock_playbook(uuid)
--
-- Read after the lock is granted, so that a status which changed meanwhile is seen.
create or replace function pbdb._lock_playbook(p_playbook_id uuid)
returns pbdb.playbooks
language plpgsql
volatile
security invoker
set search_path = ''
as $fn$
begin
    perform from pbdb.playbooks as playbook
    where
        playbook.organization_id = pbdb.require_organization()
        and playbook.id = p_playbook_id
    for no key update;

    return pbdb._find_playbook(p_playbook_id);
end;
$fn$;

comment on function pbdb._lock_playbook(uuid) is
'As _find_playbook, with the row locked against other changes of the playbook and its steps, not against starts.';

revoke execute on function pbdb._lock_playbook(uuid) from public;
