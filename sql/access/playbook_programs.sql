-- drop: policy monitor_may_read_all on pbdb.playbook_programs
-- drop: policy app_may_read_its_organization on pbdb.playbook_programs
-- drop: policy owner_may_everything on pbdb.playbook_programs
--
-- Written by activate_playbook only: what the engine obeys is not for editing.
drop policy if exists owner_may_everything on pbdb.playbook_programs;
create policy owner_may_everything on pbdb.playbook_programs
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_read_its_organization on pbdb.playbook_programs;
create policy app_may_read_its_organization on pbdb.playbook_programs
for select to pbdb_app
using (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbook_programs;
create policy monitor_may_read_all on pbdb.playbook_programs
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbook_programs
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_programs to pbdb_app, pbdb_monitor;
