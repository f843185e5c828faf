-- drop: policy monitor_may_read_all on pbdb.playbooks
-- drop: policy app_may_all_of_its_organization on pbdb.playbooks
-- drop: policy owner_may_everything on pbdb.playbooks
--
-- Applications define playbooks in SQL or through functions. status goes further than DRAFT only
-- through activate_playbook and its like, which also write definition_hash and activated_at: no
-- grant on those.
drop policy if exists owner_may_everything on pbdb.playbooks;
create policy owner_may_everything on pbdb.playbooks
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_all_of_its_organization on pbdb.playbooks;
create policy app_may_all_of_its_organization on pbdb.playbooks
to pbdb_app
using (organization_id = (select pbdb.current_organization_id()))
with check (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbooks;
create policy monitor_may_read_all on pbdb.playbooks
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbooks
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select, delete on pbdb.playbooks to pbdb_app;
grant insert (
    organization_id, name, description, version, schema_version, status, tags, category, agent_id,
    input_schema, output_schema, output_mapping, timeout_seconds, max_retries,
    retry_delay_seconds, metadata, created_by, updated_by, created_at, updated_at
) on pbdb.playbooks to pbdb_app;
grant update (
    name, description, version, schema_version, tags, category, agent_id, input_schema,
    output_schema, output_mapping, timeout_seconds, max_retries, retry_delay_seconds, metadata,
    updated_by, updated_at
) on pbdb.playbooks to pbdb_app;
grant select on pbdb.playbooks to pbdb_monitor;
