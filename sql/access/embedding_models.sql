-- drop: policy everybody_may_read_all on pbdb.embedding_models
-- drop: policy owner_may_everything on pbdb.embedding_models
--
-- Who sees which embedding models. They belong to no organization: everybody may read the list.
drop policy if exists owner_may_everything on pbdb.embedding_models;
create policy owner_may_everything on pbdb.embedding_models
to pbdb_owner
using (true)
with check (true);

drop policy if exists everybody_may_read_all on pbdb.embedding_models;
create policy everybody_may_read_all on pbdb.embedding_models
for select to pbdb_app, pbdb_worker, pbdb_monitor
using (true);

revoke all on pbdb.embedding_models
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.embedding_models to pbdb_app, pbdb_worker, pbdb_monitor;

comment on table pbdb.embedding_models is
'The embedding models that memories may be stored with, and the size of their vectors. Not a '
'tenant''s: one list for the database.';
comment on column pbdb.embedding_models.name is
'The name that store_memory, search_memories and runners use.';
comment on column pbdb.embedding_models.dimensions is 'Length of every vector of this model.';
comment on column pbdb.embedding_models.is_default is
'Used when a call names no model. At most one.';
comment on column pbdb.embedding_models.default_threshold is
'Least similarity of a vector search that names no threshold. Models differ: sentences on one '
'subject score about 0.8 with some and 0.4 with others.';
comment on column pbdb.embedding_models.created_at is 'When it was registered.';
