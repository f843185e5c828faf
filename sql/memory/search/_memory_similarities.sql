-- drop: function pbdb._memory_similarities(uuid, pbdb.embedding_models, real[], uuid[])
create or replace function pbdb._memory_similarities(
    p_organization_id uuid, p_model pbdb.embedding_models, p_embedding real[], p_memory_ids uuid[]
)
returns table (memory_id uuid, similarity real)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query execute format(
        'select e.memory_id, (1 - (e.embedding operator(%1$s.<=>) $1::%1$s.vector))::real
        from pbdb.agent_memory_embeddings as e
        where e.organization_id = $2 and e.model = $3 and e.memory_id = any($4)',
        pbdb._vector_schema()
    )
    using p_embedding, p_organization_id, p_model.name, p_memory_ids;
end;
$fn$;

comment on function pbdb._memory_similarities(uuid, pbdb.embedding_models, real[], uuid[]) is
'Cosine similarity of these memories to the vector; none for those without a vector of the model.';

revoke execute on function pbdb._memory_similarities(
    uuid, pbdb.embedding_models, real[], uuid[]
) from public;
