-- drop: function pbdb._memory_index_name(text, uuid)
create or replace function pbdb._memory_index_name(p_model text, p_organization_id uuid)
returns text
language sql
immutable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
    select 'agent_memory_graph_'
        || left(md5(p_model || coalesce(' ' || p_organization_id::text, '')), 16);
$fn$;

comment on function pbdb._memory_index_name(text, uuid) is
'Name of the HNSW index of a model: of all organizations, or (organization not null) of one.';

revoke execute on function pbdb._memory_index_name(text, uuid) from public;
