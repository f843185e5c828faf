-- drop: function pbdb._query_organization_id()
--
-- Definer, because a tenant's query must be able to learn its tenant and unable to set it.
create or replace function pbdb._query_organization_id()
returns uuid
language sql
stable
parallel restricted
security definer
set search_path = pg_catalog, pg_temp
as $fn$
    select q.organization_id
    from pbdb.query_contexts as q
    where q.backend_pid = pg_backend_pid() and q.xid = pg_current_xact_id_if_assigned();
$fn$;

comment on function pbdb._query_organization_id() is
'The tenant for which this backend runs a DATABASE_QUERY in this transaction; null outside one.';

revoke execute on function pbdb._query_organization_id() from public;
grant execute on function pbdb._query_organization_id() to pbdb_query;
