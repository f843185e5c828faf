-- drop: policy monitor_may_read_all on pbdb.playbook_setbacks
-- drop: policy app_may_read_its_organization on pbdb.playbook_setbacks
-- drop: policy owner_may_everything on pbdb.playbook_setbacks
--
-- Applications may read what of theirs is put aside; only the engine writes it.
drop policy if exists owner_may_everything on pbdb.playbook_setbacks;
create policy owner_may_everything on pbdb.playbook_setbacks
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_read_its_organization on pbdb.playbook_setbacks;
create policy app_may_read_its_organization on pbdb.playbook_setbacks
for select to pbdb_app
using (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbook_setbacks;
create policy monitor_may_read_all on pbdb.playbook_setbacks
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbook_setbacks
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_setbacks to pbdb_app, pbdb_monitor;
