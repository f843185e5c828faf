-- drop: function pbdb.disable_trigger(text)
--
-- Definer: it calls a helper that nobody else may; the tenant comes from the context.
create or replace function pbdb.disable_trigger(p_name text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_trigger pbdb.playbook_triggers := pbdb._require_trigger(p_name);
begin
    update pbdb.playbook_triggers as t
    set is_enabled = false
    where
        t.organization_id = v_trigger.organization_id and t.id = v_trigger.id and t.is_enabled;
end;
$fn$;

comment on function pbdb.disable_trigger(text) is
'Lets a trigger not fire until enable_trigger; executions that it has started go on. Nothing when '
'it is off already. Raises PB001, PB004.';

revoke execute on function pbdb.disable_trigger(text) from public;
grant execute on function pbdb.disable_trigger(text) to pbdb_app;
