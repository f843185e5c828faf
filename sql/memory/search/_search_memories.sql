-- drop: function pbdb._search_memories(uuid, text, real[], text, uuid, integer, real, jsonb, text)
create or replace function pbdb._search_memories(
    p_organization_id uuid,
    p_query text,
    p_embedding real[],
    p_model text,
    p_agent_id uuid,
    p_limit int,
    p_threshold real,
    p_filter jsonb,
    p_mode text
)
returns table (
    id uuid, content text, similarity real, metadata jsonb, source text, created_at timestamptz
)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_model pbdb.embedding_models;
    v_ids uuid[];
    v_scores real[];
    v_similarities real[];
begin
    perform pbdb._check_memory_search(p_query, p_embedding, p_limit, p_threshold, p_filter, p_mode);
    if p_mode <> 'text' then
        v_model := pbdb._find_embedding_model(p_model);
    end if;

    if p_mode = 'vector' then
        select array_agg(n.memory_id), array_agg(n.similarity), array_agg(n.similarity)
        into v_ids, v_scores, v_similarities
        from pbdb._nearest_memories(
            p_organization_id, v_model, p_embedding, p_agent_id, p_limit, p_filter
        ) as n
        where n.similarity >= coalesce(p_threshold, v_model.default_threshold);
    elsif p_mode = 'text' then
        select array_agg(t.memory_id), array_agg(t.rank), array_agg(t.rank)
        into v_ids, v_scores, v_similarities
        from pbdb._matching_memories(
            p_organization_id, p_query, p_agent_id, p_limit, p_filter
        ) as t;
    else
        select array_agg(f.memory_id), array_agg(f.score), array_agg(f.similarity)
        into v_ids, v_scores, v_similarities
        from pbdb._fused_memories(
            p_organization_id, p_query, v_model, p_embedding, p_agent_id, p_limit, p_threshold,
            p_filter
        ) as f;
    end if;

    return query
    select m.id, m.content, u.similarity, m.metadata, m.source, m.created_at
    from unnest(v_ids, v_scores, v_similarities) as u (id, score, similarity)
    join pbdb.agent_memories as m on m.organization_id = p_organization_id and m.id = u.id
    order by u.score desc, m.importance desc nulls last, m.id desc;
end;
$fn$;

comment on function pbdb._search_memories(
    uuid, text, real[], text, uuid, integer, real, jsonb, text
) is
'search_memories for an organization named by the caller: for the engine, which runs steps of '
'every tenant.';

revoke execute on function pbdb._search_memories(
    uuid, text, real[], text, uuid, integer, real, jsonb, text
) from public;
