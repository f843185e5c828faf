-- drop: function pbdb._store_memories(uuid, text[], real[], text, uuid, jsonb[], text[], real[], timestamptz[])
create or replace function pbdb._store_memories(
    p_organization_id uuid,
    p_contents text[],
    p_embeddings real[],
    p_model text,
    p_agent_id uuid,
    p_metadata jsonb[],
    p_sources text[],
    p_importances real[],
    p_expires_at timestamptz[]
)
returns uuid[]
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_model pbdb.embedding_models := pbdb._find_embedding_model(p_model, p_embeddings is not null);
    v_ids uuid[];
begin
    perform pbdb._check_memories(
        p_contents, p_metadata, p_importances, array_length(p_embeddings, 1)
    );

    v_ids := array(
        select case when btrim(u.content, E' \t\n\r') <> '' then pbdb.uuid_v7() end
        from unnest(p_contents) with ordinality as u (content, i)
        order by u.i
    );

    insert into pbdb.agent_memories (
        id, organization_id, agent_id, content, metadata, source, importance, expires_at
    )
    select u.id, p_organization_id, p_agent_id, u.content, coalesce(u.metadata, '{}'), u.source,
        u.importance, u.expires_at
    from rows from (
        unnest(v_ids), unnest(p_contents), unnest(p_metadata), unnest(p_sources),
        unnest(p_importances), unnest(p_expires_at)
    ) as u (id, content, metadata, source, importance, expires_at)
    where u.id is not null;

    if p_embeddings is not null then
        perform pbdb._insert_embeddings(p_organization_id, v_ids, v_model, p_embeddings);
    elsif v_model.name is not null then
        insert into pbdb.agent_memories_to_embed (organization_id, memory_id, model)
        select p_organization_id, u.id, v_model.name
        from unnest(v_ids) as u (id)
        where u.id is not null;
    end if;
    return v_ids;
end;
$fn$;

comment on function pbdb._store_memories(
    uuid, text[], real[], text, uuid, jsonb[], text[], real[], timestamptz[]
) is
'Stores memories of one organization and returns their ids in order, null for a blank text, which '
'is none. p_embeddings holds one '
'vector a row; without it the memories wait for a runner to embed them, if a model is registered.';

revoke execute on function pbdb._store_memories(
    uuid, text[], real[], text, uuid, jsonb[], text[], real[], timestamptz[]
) from public;
