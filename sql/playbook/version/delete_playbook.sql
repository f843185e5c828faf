-- drop: function pbdb.delete_playbook(uuid)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context. The
-- full row lock waits for starts, which hold the row's key while they insert.
create or replace function pbdb.delete_playbook(p_playbook_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_playbook pbdb.playbooks := pbdb._lock_playbook(p_playbook_id, true);
begin
    perform pbdb._refuse_while_open(v_playbook, 'deleted');

    delete from pbdb.playbooks as playbook
    where
        playbook.organization_id = v_playbook.organization_id
        and playbook.id = v_playbook.id;
end;
$fn$;

comment on function pbdb.delete_playbook(uuid) is
'Deletes a playbook version with its steps and the history of its executions. Raises PB001, '
'PB004, PB008 while executions of it are open.';

revoke execute on function pbdb.delete_playbook(uuid) from public;
grant execute on function pbdb.delete_playbook(uuid) to pbdb_app;
