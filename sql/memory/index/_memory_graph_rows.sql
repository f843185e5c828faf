-- drop: function pbdb._memory_graph_rows(text, uuid)
create or replace function pbdb._memory_graph_rows(p_model text, p_organization_id uuid)
returns real
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
    select greatest(c.reltuples, 0)
    from pg_catalog.pg_class as c
    join pg_catalog.pg_index as i on i.indexrelid = c.oid
    where c.oid = to_regclass('pbdb.' || pbdb._memory_index_name(p_model, p_organization_id))
        and i.indisvalid;
$fn$;

comment on function pbdb._memory_graph_rows(text, uuid) is
'About how many rows the model''s HNSW index holds, of all organizations or of one; null when '
'there is none.';

revoke execute on function pbdb._memory_graph_rows(text, uuid) from public;
