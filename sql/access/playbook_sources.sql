-- drop: policy monitor_may_read_all on pbdb.playbook_sources
-- drop: policy app_may_read_its_organization on pbdb.playbook_sources
-- drop: policy owner_may_everything on pbdb.playbook_sources
--
-- Written by save_draft and apply_playbook only, with the document that the text says.
drop policy if exists owner_may_everything on pbdb.playbook_sources;
create policy owner_may_everything on pbdb.playbook_sources
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_read_its_organization on pbdb.playbook_sources;
create policy app_may_read_its_organization on pbdb.playbook_sources
for select to pbdb_app
using (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbook_sources;
create policy monitor_may_read_all on pbdb.playbook_sources
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbook_sources
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_sources to pbdb_app, pbdb_monitor;
