-- drop: function pbdb._insert_embeddings(uuid, uuid[], pbdb.embedding_models, real[])
--
-- A loop, because slicing a row out of a two-dimensional array has no set form. Pgvector's cast
-- from real[] is an assignment cast: found wherever the extension is installed.
create or replace function pbdb._insert_embeddings(
    p_organization_id uuid,
    p_memory_ids uuid[],
    p_model pbdb.embedding_models,
    p_embeddings real[]
)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_embedding real[];
    v_offset int := array_lower(p_embeddings, 1) - 1;
begin
    for v_i in 1..cardinality(p_memory_ids) loop
        v_embedding := array(select unnest(p_embeddings[v_i + v_offset:v_i + v_offset]));
        perform pbdb._check_embedding(v_embedding, p_model);

        insert into pbdb.agent_memory_embeddings (
            organization_id, memory_id, agent_id, model, expires_at, embedding
        )
        select m.organization_id, m.id, m.agent_id, p_model.name, m.expires_at, v_embedding
        from pbdb.agent_memories as m
        where m.organization_id = p_organization_id and m.id = p_memory_ids[v_i]
        on conflict (organization_id, memory_id, model) do update
        set embedding = excluded.embedding;
    end loop;
end;
$fn$;

comment on function pbdb._insert_embeddings(uuid, uuid[], pbdb.embedding_models, real[]) is
'Writes the vectors (one a row, in the order of the ids) of one organization''s memories. Raises '
'PB020.';

revoke execute on function pbdb._insert_embeddings(
    uuid, uuid[], pbdb.embedding_models, real[]
) from public;
