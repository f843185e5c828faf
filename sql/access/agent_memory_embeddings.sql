-- drop: policy monitor_may_read_all on pbdb.agent_memory_embeddings
-- drop: policy app_may_read_its_organization on pbdb.agent_memory_embeddings
-- drop: policy owner_may_everything on pbdb.agent_memory_embeddings
--
-- Who sees which vectors. Only functions write them.
drop policy if exists owner_may_everything on pbdb.agent_memory_embeddings;
create policy owner_may_everything on pbdb.agent_memory_embeddings
to pbdb_owner
using (true)
with check (true);

drop policy if exists app_may_read_its_organization on pbdb.agent_memory_embeddings;
create policy app_may_read_its_organization on pbdb.agent_memory_embeddings
for select to pbdb_app
using (organization_id = (select pbdb.current_organization_id()));

drop policy if exists monitor_may_read_all on pbdb.agent_memory_embeddings;
create policy monitor_may_read_all on pbdb.agent_memory_embeddings
for select to pbdb_monitor
using (
    (select pbdb.current_organization_id()) is null
    or organization_id = (select pbdb.current_organization_id())
);

revoke all on pbdb.agent_memory_embeddings
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.agent_memory_embeddings to pbdb_app, pbdb_monitor;

comment on table pbdb.agent_memory_embeddings is
'The vectors of memories, one a model. agent_id and expires_at are copies of the memory''s, kept '
'by a trigger.';
comment on column pbdb.agent_memory_embeddings.organization_id is 'The tenant.';
comment on column pbdb.agent_memory_embeddings.memory_id is 'The memory.';
comment on column pbdb.agent_memory_embeddings.agent_id is 'Copy of the memory''s agent_id.';
comment on column pbdb.agent_memory_embeddings.model is 'The embedding model that made the vector.';
comment on column pbdb.agent_memory_embeddings.expires_at is 'Copy of the memory''s expires_at.';
comment on column pbdb.agent_memory_embeddings.embedding is
'The vector, as long as the model says; never all zeros.';
comment on column pbdb.agent_memory_embeddings.signature is
'The sign of each dimension, one bit each: the first, cheap sieve of a search among many memories.';
