-- drop: policy owner_may_everything on pbdb.playbook_event_horizon
--
-- The engine's own.
drop policy if exists owner_may_everything on pbdb.playbook_event_horizon;
create policy owner_may_everything on pbdb.playbook_event_horizon
to pbdb_owner
using (true)
with check (true);

revoke all on pbdb.playbook_event_horizon
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
