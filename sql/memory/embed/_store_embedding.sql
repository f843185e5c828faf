-- drop: function pbdb._store_embedding(uuid, uuid, uuid, pbdb.embedding_models, real[])
--
-- Deleting the waiting row is the test for the token: of two runners only one finds the row.
create or replace function pbdb._store_embedding(
    p_organization_id uuid,
    p_memory_id uuid,
    p_token uuid,
    p_model pbdb.embedding_models,
    p_embedding real[]
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid;
begin
    delete from pbdb.agent_memories_to_embed as w
    where
        w.memory_id = p_memory_id and w.model = p_model.name and w.token = p_token
        and (p_organization_id is null or w.organization_id = p_organization_id)
    returning w.organization_id into v_organization_id;
    if not found then
        return 'PB002';
    end if;
    perform pbdb._insert_embeddings(
        v_organization_id, array[p_memory_id], p_model, p_embedding
    );
    return null;
end;
$fn$;

comment on function pbdb._store_embedding(uuid, uuid, uuid, pbdb.embedding_models, real[]) is
'Stores the vector of one claimed memory; null, or PB002 when the lease was taken over or '
'the memory is one of another organization (null compares nothing).';

revoke execute on function pbdb._store_embedding(
    uuid, uuid, uuid, pbdb.embedding_models, real[]
) from public;
