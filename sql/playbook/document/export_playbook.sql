-- drop: function pbdb.export_playbook(uuid)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- Volatile, so that it sees what import_playbook wrote in the same statement.
create or replace function pbdb.export_playbook(p_playbook_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return pbdb._export_playbook((pbdb._find_playbook(p_playbook_id)).id);
end;
$fn$;

comment on function pbdb.export_playbook(uuid) is
'The document of a playbook version; importing it again gives the same playbook. Keys with '
'default values are left out. Raises PB001 without a tenant, PB004 when there is no such '
'playbook.';

revoke execute on function pbdb.export_playbook(uuid) from public;
grant execute on function pbdb.export_playbook(uuid) to pbdb_app;
