-- drop: policy monitor_may_read_all on pbdb.playbook_step_results
-- drop: policy app_may_read_its_organization on pbdb.playbook_step_results
-- drop: policy owner_may_everything on pbdb.playbook_step_results
--
-- Applications read results; only the engine and the runner functions write them.
drop policy if exists owner_may_everything on pbdb.playbook_step_results;
create policy owner_may_everything on pbdb.playbook_step_results
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_read_its_organization on pbdb.playbook_step_results;
create policy app_may_read_its_organization on pbdb.playbook_step_results
for select to pbdb_app
using (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbook_step_results;
create policy monitor_may_read_all on pbdb.playbook_step_results
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbook_step_results
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_step_results to pbdb_app, pbdb_monitor;
