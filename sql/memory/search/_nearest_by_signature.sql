-- drop: function pbdb._nearest_by_signature(uuid, pbdb.embedding_models, real[], uuid, integer, jsonb)
--
-- Two passes. The first ranks all of the tenant's vectors by how many signs differ, reading nothing
-- but the index (0.2 microseconds each, whatever other tenants hold); the second measures the best
-- of them. Two hundred candidates a result keep recall above 0.98 even for vectors that are noise
-- (bench/memory_search.py); half as many do where a filter has left fewer. It is tested in the
-- order of the first pass, until enough pass: a lateral join with offset 0 can only be a nested
-- loop, which keeps that order.
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
set search_path = pg_catalog, pg_temp
set max_parallel_workers_per_gather = 0
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
set work_mem = '32MB'
as $fn$
declare
    v_candidates int := greatest(10, p_limit) * case when p_filter = '{}' then 200 else 100 end;
begin
    return query execute format(
        'with sieve as materialized (
            select e.memory_id
            from pbdb.agent_memory_embeddings as e
            where e.organization_id = $2 and e.model = $3
                and ($4 is null or e.agent_id = $4)
                and (e.expires_at is null or e.expires_at > now())
            order by e.signature operator(%1$s.<~>)
                %1$s.binary_quantize($1::%1$s.vector)::bit varying
            %2$s
        ),
        candidates as materialized (
            select s.memory_id from sieve as s %3$s limit $6
        )
        select e.memory_id, (1 - (e.embedding operator(%1$s.<=>) $1::%1$s.vector))::real
        from candidates as c
        join pbdb.agent_memory_embeddings as e
            on e.organization_id = $2 and e.memory_id = c.memory_id and e.model = $3
        order by e.embedding operator(%1$s.<=>) $1::%1$s.vector
        limit $5',
        pbdb._vector_schema(),
        case when p_filter = '{}' then 'limit $6' else '' end,
        case
            when p_filter <> '{}' then
                'cross join lateral (
                    select from pbdb.agent_memories as m
                    where m.organization_id = $2 and m.id = s.memory_id and m.metadata @> $7
                    offset 0
                ) as passes'
            else ''
        end
    )
    using
        p_embedding, p_organization_id, p_model.name, p_agent_id, p_limit,
        v_candidates, p_filter;
end;
$fn$;

comment on function pbdb._nearest_by_signature(
    uuid, pbdb.embedding_models, real[], uuid, integer, jsonb
) is
'The nearest memories by sieving the signatures of all of the organization''s, then measuring the '
'best. As many as asked for, whenever that many exist.';

revoke execute on function pbdb._nearest_by_signature(
    uuid, pbdb.embedding_models, real[], uuid, integer, jsonb
) from public;
