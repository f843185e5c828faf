-- drop: function pbdb.archive_playbook(uuid)
--
-- Definer, because applications may not write status themselves; the tenant comes from the context.
-- The full row lock waits for starts, which hold the row's key while they insert.
create or replace function pbdb.archive_playbook(p_playbook_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_playbook pbdb.playbooks := pbdb._lock_playbook(p_playbook_id, true);
begin
    perform pbdb._refuse_while_open(v_playbook, 'archived');
    perform pbdb._retire_playbook(v_playbook, 'ARCHIVED');
end;
$fn$;

comment on function pbdb.archive_playbook(uuid) is
'Puts a playbook version out of use and keeps it and its history. Raises PB001, PB004, PB008 '
'while executions of it are open and for a DRAFT.';

revoke execute on function pbdb.archive_playbook(uuid) from public;
grant execute on function pbdb.archive_playbook(uuid) to pbdb_app;
