-- drop: function pbdb._retire_playbook(pbdb.playbooks, pbdb.playbook_status)
create or replace function pbdb._retire_playbook(
    p_playbook pbdb.playbooks, p_status pbdb.playbook_status
)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_playbook.status = 'DRAFT' then
        raise exception using
            errcode = 'PB008',
            message = format(
                'playbook %s version %s is a DRAFT: it cannot become %s',
                p_playbook.name, p_playbook.version, p_status
            ),
            hint = 'Delete the draft, or activate it first.';
    end if;

    update pbdb.playbooks as playbook
    set status = p_status
    where
        playbook.organization_id = p_playbook.organization_id
        and playbook.id = p_playbook.id
        and playbook.status <> p_status;
end;
$fn$;

comment on function pbdb._retire_playbook(pbdb.playbooks, pbdb.playbook_status) is
'Takes a playbook version out of use; nothing happens when it already has that status. Raises '
'PB008 for a DRAFT.';

revoke execute on function pbdb._retire_playbook(pbdb.playbooks, pbdb.playbook_status)
from public;
