-- drop: function pbdb.delete_trigger(text)
--
-- Definer: it calls a helper that nobody else may; the tenant comes from the context.
create or replace function pbdb.delete_trigger(p_name text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_trigger pbdb.playbook_triggers := pbdb._require_trigger(p_name);
begin
    delete from pbdb.playbook_triggers as t
    where t.organization_id = v_trigger.organization_id and t.id = v_trigger.id;
end;
$fn$;

comment on function pbdb.delete_trigger(text) is
'Takes a trigger away; executions that it has started go on. Raises PB001, PB004.';

revoke execute on function pbdb.delete_trigger(text) from public;
grant execute on function pbdb.delete_trigger(text) to pbdb_app;
