-- drop: policy monitor_may_read_all on pbdb.playbook_triggers
-- drop: policy app_may_all_of_its_organization on pbdb.playbook_triggers
-- drop: policy owner_may_everything on pbdb.playbook_triggers
--
-- Applications define triggers themselves; last_fired_at is what really happened, so nobody
-- writes it by hand.
drop policy if exists owner_may_everything on pbdb.playbook_triggers;
create policy owner_may_everything on pbdb.playbook_triggers
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_all_of_its_organization on pbdb.playbook_triggers;
create policy app_may_all_of_its_organization on pbdb.playbook_triggers
to pbdb_app
using (organization_id = (select pbdb.current_organization_id()))
with check (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbook_triggers;
create policy monitor_may_read_all on pbdb.playbook_triggers
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbook_triggers
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select, delete on pbdb.playbook_triggers to pbdb_app;
grant insert (
    organization_id, name, playbook_name, kind, schedule, time_zone, event_name,
    event_match, input_data, is_enabled, next_fire_at, created_at, updated_at
) on pbdb.playbook_triggers to pbdb_app;
grant update (
    name, playbook_name, kind, schedule, time_zone, event_name, event_match, input_data,
    is_enabled, next_fire_at, updated_at
) on pbdb.playbook_triggers to pbdb_app;
grant select on pbdb.playbook_triggers to pbdb_monitor;
