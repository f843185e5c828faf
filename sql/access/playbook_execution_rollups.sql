-- drop: policy monitor_may_read_all on pbdb.playbook_execution_rollups
-- drop: policy app_may_read_its_organization on pbdb.playbook_execution_rollups
-- drop: policy owner_may_everything on pbdb.playbook_execution_rollups
--
-- Written by roll_up_executions only; a summary reads it with the rights of its caller.
drop policy if exists owner_may_everything on pbdb.playbook_execution_rollups;
create policy owner_may_everything on pbdb.playbook_execution_rollups
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_read_its_organization on pbdb.playbook_execution_rollups;
create policy app_may_read_its_organization on pbdb.playbook_execution_rollups
for select to pbdb_app
using (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbook_execution_rollups;
create policy monitor_may_read_all on pbdb.playbook_execution_rollups
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbook_execution_rollups
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_execution_rollups to pbdb_app, pbdb_monitor;
