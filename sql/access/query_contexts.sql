-- drop: policy owner_may_everything on pbdb.query_contexts
--
-- Decides which tenant a query sees: nobody but the engine reads or writes it.
drop policy if exists owner_may_everything on pbdb.query_contexts;
create policy owner_may_everything on pbdb.query_contexts
to pbdb_owner
using (true)
with check (true);

revoke all on pbdb.query_contexts
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
