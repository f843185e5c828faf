-- drop: function pbdb.enable_trigger(text)
--
-- Definer: when it fires next is the runners' business and not for apps to write. The next time is
-- worked out anew: what was due while it was off is not made up for.
create or replace function pbdb.enable_trigger(p_name text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_trigger pbdb.playbook_triggers := pbdb._require_trigger(p_name);
begin
    if v_trigger.is_enabled then
        return;
    end if;
    update pbdb.playbook_triggers as t
    set is_enabled = true, next_fire_at = null, last_error = null
    where t.organization_id = v_trigger.organization_id and t.id = v_trigger.id;
end;
$fn$;

comment on function pbdb.enable_trigger(text) is
'Lets a trigger fire again, a schedule from its next time on; nothing when it does already. Raises '
'PB001, PB004.';

revoke execute on function pbdb.enable_trigger(text) from public;
grant execute on function pbdb.enable_trigger(text) to pbdb_app;
