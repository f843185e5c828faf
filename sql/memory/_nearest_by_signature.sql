-- drop: function pbdb._nearest_by_signature(uuid, pbdb.embedding_models, real[], uuid, integer, jsonb)
--
-- Two passes. The first ranks all of the tenant's vectors by how many signs differ, reading nothing but the
-- index (0.2 microseconds each, whatever other tenants hold); the second measures the best of them exactly. A
-- hundred candidates a result, at least a thousand, is where recall stops growing.
create or replace function pbdb._nearest_by_signature(
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
set enable_bitmapscan = off
as $fn$
begin
    return query execute format(
        'with sieve as materialized (
            select e.memory_id
            from pbdb.agent_memory_embeddings as e
            where %2$s
            order by e.signature operator(%1$s.<~>) %1$s.binary_quantize($1::%1$s.vector)::bit varying
            limit $7
        )
        select e.memory_id, (1 - (e.embedding operator(%1$s.<=>) $1::%1$s.vector))::real
        from sieve as s
        join pbdb.agent_memory_embeddings as e
            on e.organization_id = $2 and e.memory_id = s.memory_id and e.model = $3
        order by e.embedding operator(%1$s.<=>) $1::%1$s.vector
        limit $6',
        pbdb._vector_schema(), pbdb._memory_conditions(p_agent_id, p_filter)
    )
    using
        p_embedding, p_organization_id, p_model.name, p_agent_id, p_filter, p_limit,
        greatest(1000, 100 * p_limit);
end;
$fn$;

comment on function pbdb._nearest_by_signature(uuid, pbdb.embedding_models, real[], uuid, integer, jsonb) is
'The nearest memories by sieving the signatures of all of the organization''s, then measuring the best exactly.';

revoke execute on function pbdb._nearest_by_signature(
    uuid, pbdb.embedding_models, real[], uuid, integer, jsonb
) from public;
