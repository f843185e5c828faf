-- drop: policy monitor_may_read_all on pbdb.agents
-- drop: policy app_may_all_of_its_organization on pbdb.agents
-- drop: policy owner_may_everything on pbdb.agents
--
-- Applications define agents themselves.
drop policy if exists owner_may_everything on pbdb.agents;
create policy owner_may_everything on pbdb.agents
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_all_of_its_organization on pbdb.agents;
create policy app_may_all_of_its_organization on pbdb.agents
to pbdb_app
using (organization_id = (select pbdb.current_organization_id()))
with check (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.agents;
create policy monitor_may_read_all on pbdb.agents
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.agents
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select, delete on pbdb.agents to pbdb_app;
grant insert (
    organization_id, name, description, model, instructions, parameters, tools, is_enabled,
    metadata, created_at, updated_at
) on pbdb.agents to pbdb_app;
grant update (
    name, description, model, instructions, parameters, tools, is_enabled, metadata, updated_at
) on pbdb.agents to pbdb_app;
grant select on pbdb.agents to pbdb_monitor;
