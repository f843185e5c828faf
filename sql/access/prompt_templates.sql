-- drop: policy monitor_may_read_all on pbdb.prompt_templates
-- drop: policy app_may_all_of_its_organization on pbdb.prompt_templates
-- drop: policy owner_may_everything on pbdb.prompt_templates
--
-- Applications define templates themselves. Name and version say which text it is, so they never
-- change.
drop policy if exists owner_may_everything on pbdb.prompt_templates;
create policy owner_may_everything on pbdb.prompt_templates
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_all_of_its_organization on pbdb.prompt_templates;
create policy app_may_all_of_its_organization on pbdb.prompt_templates
to pbdb_app
using (organization_id = (select pbdb.current_organization_id()))
with check (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.prompt_templates;
create policy monitor_may_read_all on pbdb.prompt_templates
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.prompt_templates
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select, delete on pbdb.prompt_templates to pbdb_app;
grant insert (
    organization_id, name, version, template, options, description, created_at
) on pbdb.prompt_templates to pbdb_app;
grant update (template, options, description) on pbdb.prompt_templates to pbdb_app;
grant select on pbdb.prompt_templates to pbdb_monitor;
