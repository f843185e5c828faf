-- drop: function pbdb._memory_search_path(uuid, pbdb.embedding_models, uuid)
--
-- Measured on two cores at 384 dimensions: exact costs 1.3 ms a thousand, signatures 0.2 and 3 at
-- the start, so exact until six thousand; counting stops there. A graph over all tenants loses
-- recall where the tenant's share of it is small (0.8 at five per cent), so it must be a tenth;
-- for that the planner's estimate will do, because either way finds as many as exist.
create or replace function pbdb._memory_search_path(
    p_organization_id uuid, p_model pbdb.embedding_models, p_agent_id uuid
)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set max_parallel_workers_per_gather = 0
as $fn$
declare
    v_rows constant text :=
        'select from pbdb.agent_memory_embeddings as e '
        'where e.organization_id = $1 and e.model = $2 and ($3 is null or e.agent_id = $3)';
    v_graph_rows real;
    v_count int;
    v_plan jsonb;
begin
    execute format('select count(*) from (%s limit 6001) as bounded', v_rows)
    into v_count
    using p_organization_id, p_model.name, p_agent_id;
    if v_count <= 6000 then
        return 'exact';
    end if;
    if pbdb._memory_graph_rows(p_model.name, p_organization_id) is not null then
        return 'graph';
    end if;

    v_graph_rows := pbdb._memory_graph_rows(p_model.name, null);
    if v_graph_rows is null then
        return 'signature';
    end if;
    execute 'explain (format json) ' || v_rows
    into v_plan
    using p_organization_id, p_model.name, p_agent_id;
    return case
        when (v_plan -> 0 -> 'Plan' -> 'Plan Rows')::real >= v_graph_rows / 10 then 'graph'
        else 'signature'
    end;
end;
$fn$;

comment on function pbdb._memory_search_path(uuid, pbdb.embedding_models, uuid) is
'How to find the nearest memories of an organization or agent: exact, signature or graph. '
'Volatile, because explain is not allowed in a stable function; it writes nothing.';

revoke execute on function pbdb._memory_search_path(uuid, pbdb.embedding_models, uuid) from public;
