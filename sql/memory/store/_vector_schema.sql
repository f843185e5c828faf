-- drop: function pbdb._vector_schema()
--
-- pgvector is where the DBA put it, so statements that name its types and operators are built, not
-- written.
create or replace function pbdb._vector_schema()
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
    select quote_ident(n.nspname)
    from pg_catalog.pg_extension as e
    join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
    where e.extname = 'vector';
$fn$;

comment on function pbdb._vector_schema() is
'The schema that pgvector is installed in, quoted for use in a statement.';

revoke execute on function pbdb._vector_schema() from public;
