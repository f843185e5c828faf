-- drop: policy monitor_may_read_all on pbdb.agent_memories_to_embed
-- drop: policy app_may_read_its_organization on pbdb.agent_memories_to_embed
-- drop: policy owner_may_everything on pbdb.agent_memories_to_embed
--
-- Who sees what waits for a vector. Runners reach it through functions only.
drop policy if exists owner_may_everything on pbdb.agent_memories_to_embed;
create policy owner_may_everything on pbdb.agent_memories_to_embed
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_read_its_organization on pbdb.agent_memories_to_embed;
create policy app_may_read_its_organization on pbdb.agent_memories_to_embed
for select to pbdb_app
using (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.agent_memories_to_embed;
create policy monitor_may_read_all on pbdb.agent_memories_to_embed
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.agent_memories_to_embed
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select (organization_id, memory_id, model, due_at, attempts, last_error)
on pbdb.agent_memories_to_embed to pbdb_app;
grant select on pbdb.agent_memories_to_embed to pbdb_monitor;

comment on table pbdb.agent_memories_to_embed is
'Memories that a runner still has to embed, one row a model; deleted when done.';
comment on column pbdb.agent_memories_to_embed.organization_id is 'The tenant.';
comment on column pbdb.agent_memories_to_embed.memory_id is 'The memory.';
comment on column pbdb.agent_memories_to_embed.model is 'The model to embed it with.';
comment on column pbdb.agent_memories_to_embed.due_at is
'May be claimed from then on: the end of the lease, or of the pause after a failure.';
comment on column pbdb.agent_memories_to_embed.attempts is
'Claims so far. After five, nobody claims it again.';
comment on column pbdb.agent_memories_to_embed.token is
'Of the claim that holds it, or held it last.';
comment on column pbdb.agent_memories_to_embed.worker is 'Who claimed it last.';
comment on column pbdb.agent_memories_to_embed.last_error is
'What went wrong last, in the runner''s words.';
