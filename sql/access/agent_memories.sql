-- drop: policy monitor_may_read_all on pbdb.agent_memories
-- drop: policy app_may_correct_its_organization on pbdb.agent_memories
-- drop: policy owner_may_everything on pbdb.agent_memories
--
-- Who sees which memories. Text and vectors are written by functions only; what a tenant may
-- correct itself is metadata, source, importance and the expiry.
drop policy if exists owner_may_everything on pbdb.agent_memories;
create policy owner_may_everything on pbdb.agent_memories
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_correct_its_organization on pbdb.agent_memories;
create policy app_may_correct_its_organization on pbdb.agent_memories
to pbdb_app
using (organization_id = (select pbdb.current_organization_id()))
with check (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.agent_memories;
create policy monitor_may_read_all on pbdb.agent_memories
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.agent_memories
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select, delete on pbdb.agent_memories to pbdb_app;
grant update (metadata, source, importance, expires_at) on pbdb.agent_memories to pbdb_app;
grant select on pbdb.agent_memories to pbdb_monitor;

comment on table pbdb.agent_memories is
'What agents remember: a text with metadata. Its vectors, one a model, are in '
'agent_memory_embeddings.';
comment on column pbdb.agent_memories.id is 'UUIDv7: sorts by time of creation.';
comment on column pbdb.agent_memories.organization_id is 'The tenant.';
comment on column pbdb.agent_memories.agent_id is
'The agent whose memory it is; null: nobody''s in particular.';
comment on column pbdb.agent_memories.content is
'The text, at most 256 KiB. Never changes: store another one instead.';
comment on column pbdb.agent_memories.metadata is
'Anything, as an object; searches filter on it by containment.';
comment on column pbdb.agent_memories.source is
'Where it comes from: a document, a conversation, a step.';
comment on column pbdb.agent_memories.importance is
'0 to 1 or null; decides between equally similar memories.';
comment on column pbdb.agent_memories.expires_at is
'No search returns it from then on; a purge deletes it. Null: never.';
comment on column pbdb.agent_memories.content_search is
'The words of content (English stemming) behind one that names the organization; for text '
'searches.';
comment on column pbdb.agent_memories.created_at is 'When it was stored.';
comment on column pbdb.agent_memories.updated_at is
'When metadata, source, importance or expiry last changed.';
