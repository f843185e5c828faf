-- drop: policy monitor_may_read_all on pbdb.playbook_audit
-- drop: policy app_may_read_its_organization on pbdb.playbook_audit
-- drop: policy owner_may_everything on pbdb.playbook_audit
--
-- Applications read who did what; an audit is not for editing.
drop policy if exists owner_may_everything on pbdb.playbook_audit;
create policy owner_may_everything on pbdb.playbook_audit
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_read_its_organization on pbdb.playbook_audit;
create policy app_may_read_its_organization on pbdb.playbook_audit
for select to pbdb_app
using (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbook_audit;
create policy monitor_may_read_all on pbdb.playbook_audit
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbook_audit
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_audit to pbdb_app, pbdb_monitor;
