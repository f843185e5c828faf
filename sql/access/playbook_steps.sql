-- drop: policy monitor_may_read_all on pbdb.playbook_steps
-- drop: policy app_may_all_of_its_organization on pbdb.playbook_steps
-- drop: policy owner_may_everything on pbdb.playbook_steps
--
-- Applications write the steps of a DRAFT; a trigger freezes them afterwards. A step never moves
-- to another playbook, so there is no update of playbook_id.
drop policy if exists owner_may_everything on pbdb.playbook_steps;
create policy owner_may_everything on pbdb.playbook_steps
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_all_of_its_organization on pbdb.playbook_steps;
create policy app_may_all_of_its_organization on pbdb.playbook_steps
to pbdb_app
using (organization_id = (select pbdb.current_organization_id()))
with check (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.playbook_steps;
create policy monitor_may_read_all on pbdb.playbook_steps
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.playbook_steps
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select, delete on pbdb.playbook_steps to pbdb_app;
grant insert (
    organization_id, playbook_id, parent_step_id, branch, step_name, step_type, step_order,
    description, config, input_schema, output_schema, input_mapping, condition,
    on_success_step_id, on_failure_step_id, is_final, timeout_seconds, max_retries,
    retry_delay_seconds, max_visits, is_optional, metadata, created_at, updated_at
) on pbdb.playbook_steps to pbdb_app;
grant update (
    parent_step_id, branch, step_name, step_type, step_order, description, config, input_schema,
    output_schema, input_mapping, condition, on_success_step_id, on_failure_step_id, is_final,
    timeout_seconds, max_retries, retry_delay_seconds, max_visits, is_optional, metadata,
    updated_at
) on pbdb.playbook_steps to pbdb_app;
grant select on pbdb.playbook_steps to pbdb_monitor;
