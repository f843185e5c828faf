-- drop: policy monitor_may_read_all on pbdb.workers
-- drop: policy owner_may_everything on pbdb.workers
--
-- Runners serve every tenant, so no tenant sees them; they report through functions.
drop policy if exists owner_may_everything on pbdb.workers;
create policy owner_may_everything on pbdb.workers
to pbdb_owner
using (true)
with check (true);

drop policy if exists monitor_may_read_all on pbdb.workers;
create policy monitor_may_read_all on pbdb.workers
for select to pbdb_monitor
using ((select pbdb.current_organization_id()) is null);

revoke all on pbdb.workers
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.workers to pbdb_monitor;
