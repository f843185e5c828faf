-- drop: function pbdb.deprecate_playbook(uuid)
--
-- Definer, because applications may not write status themselves; the tenant comes from the context.
create or replace function pbdb.deprecate_playbook(p_playbook_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._retire_playbook(pbdb._lock_playbook(p_playbook_id), 'DEPRECATED');
end;
$fn$;

comment on function pbdb.deprecate_playbook(uuid) is
'Stops new starts of a playbook version; executions that run go on to their end. Raises PB001, '
'PB004, PB008 for a DRAFT.';

revoke execute on function pbdb.deprecate_playbook(uuid) from public;
grant execute on function pbdb.deprecate_playbook(uuid) to pbdb_app;
