-- drop: function pbdb._nearest_by_graph(uuid, pbdb.embedding_models, real[], uuid, integer)
--
-- The index is built over all tenants, so a scan that finds too few of this one's rows goes on
-- (iterative scan). Relaxed order finds more; the candidates are measured and sorted again. The
-- hnsw settings cannot be in the function's set clauses, because they exist only once the
-- extension's library is loaded, and are put back by hand, because set_config(…, true) lasts until
-- the end of the transaction.
create or replace function pbdb._nearest_by_graph(
    p_organization_id uuid,
    p_model pbdb.embedding_models,
    p_embedding real[],
    p_agent_id uuid,
    p_limit int
)
returns table (memory_id uuid, similarity real)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set max_parallel_workers_per_gather = 0
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $fn$
declare
    v_schema text := pbdb._vector_schema();
    v_type text := case when p_model.dimensions <= 2000 then 'vector' else 'halfvec' end;
    v_search text;
    v_scan text;
begin
    -- Loads the library, so that both settings exist.
    execute format('select $1::%s.vector', v_schema) using p_embedding;
    v_search := current_setting('hnsw.ef_search');
    v_scan := current_setting('hnsw.iterative_scan');
    perform
        set_config('hnsw.ef_search', least(1000, greatest(100, 4 * p_limit))::text, true),
        set_config('hnsw.iterative_scan', 'relaxed_order', true);

    return query execute format(
        'with near as materialized (
            select e.memory_id, e.embedding
            from pbdb.agent_memory_embeddings as e
            where e.organization_id = $2 and e.model = $3
                and ($4 is null or e.agent_id = $4)
                and (e.expires_at is null or e.expires_at > now())
            order by e.embedding::%1$s.%2$s operator(%1$s.<=>) $1::%1$s.vector::%1$s.%2$s
            limit $6
        )
        select n.memory_id, (1 - (n.embedding operator(%1$s.<=>) $1::%1$s.vector))::real
        from near as n
        order by n.embedding operator(%1$s.<=>) $1::%1$s.vector
        limit $5',
        v_schema, format('%s(%s)', v_type, p_model.dimensions)
    )
    using
        p_embedding, p_organization_id, p_model.name, p_agent_id, p_limit,
        greatest(40, 2 * p_limit);

    perform
        set_config('hnsw.ef_search', v_search, true),
        set_config('hnsw.iterative_scan', v_scan, true);
end;
$fn$;

comment on function pbdb._nearest_by_graph(uuid, pbdb.embedding_models, real[], uuid, integer) is
'The nearest memories through the model''s HNSW index. May return fewer than exist; the caller '
'then asks otherwise.';

revoke execute on function pbdb._nearest_by_graph(
    uuid, pbdb.embedding_models, real[], uuid, integer
) from public;
