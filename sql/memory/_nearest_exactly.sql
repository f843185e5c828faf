-- drop: function pbdb._nearest_exactly(uuid, pbdb.embedding_models, real[], uuid, integer, jsonb)
--
-- Measures every vector of the tenant: about 1.3 microseconds each at 384 dimensions. The distance is not cast
-- to the model's dimension, so no HNSW index can be taken for it.
create or replace function pbdb._nearest_exactly(
    p_organization_id uuid,
    p_model pbdb.embedding_models,
    p_embedding real[],
    p_agent_id uuid,
    p_limit int,
    p_filter jsonb
)
returns table (memory_id uuid, similarity real)
language plpgsql
stable
security invoker
set search_path = ''
set max_parallel_workers_per_gather = 0
set jit = off
set enable_seqscan = off
as $fn$
begin
    return query execute format(
        'select e.memory_id, (1 - (e.embedding operator(%1$s.<=>) $1::%1$s.vector))::real
        from pbdb.agent_memory_embeddings as e
        where %2$s
        order by e.embedding operator(%1$s.<=>) $1::%1$s.vector
        limit $6',
        pbdb._vector_schema(), pbdb._memory_conditions(p_agent_id, p_filter)
    )
    using p_embedding, p_organization_id, p_model.name, p_agent_id, p_filter, p_limit;
end;
$fn$;

comment on function pbdb._nearest_exactly(uuid, pbdb.embedding_models, real[], uuid, integer, jsonb) is
'The nearest memories by comparing all of the organization''s: exact, for small organizations and filters.';

revoke execute on function pbdb._nearest_exactly(
    uuid, pbdb.embedding_models, real[], uuid, integer, jsonb
) from public;
