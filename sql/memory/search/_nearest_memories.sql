-- drop: function pbdb._nearest_memories(uuid, pbdb.embedding_models, real[], uuid, integer, jsonb)
create or replace function pbdb._nearest_memories(
    p_organization_id uuid,
    p_model pbdb.embedding_models,
    p_embedding real[],
    p_agent_id uuid,
    p_limit int,
    p_filter jsonb
)
returns table (memory_id uuid, similarity real)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_path text;
    v_ids uuid[];
    v_similarities real[];
begin
    perform pbdb._check_embedding(p_embedding, p_model);
    if p_filter <> '{}' then
        return query select * from pbdb._nearest_filtered(
            p_organization_id, p_model, p_embedding, p_agent_id, p_limit, p_filter
        );
        return;
    end if;

    v_path := pbdb._memory_search_path(p_organization_id, p_model, p_agent_id);
    if v_path = 'exact' then
        return query select * from pbdb._nearest_exactly(
            p_organization_id, p_model, p_embedding, p_agent_id, p_limit
        );
        return;
    end if;

    if v_path = 'graph' then
        select array_agg(n.memory_id), array_agg(n.similarity)
        into v_ids, v_similarities
        from pbdb._nearest_by_graph(
            p_organization_id, p_model, p_embedding, p_agent_id, p_limit
        ) as n;
    end if;
    -- The graph gives up before it has enough of a tenant's rows; the sieve never does.
    if cardinality(v_ids) >= p_limit then
        return query select * from unnest(v_ids, v_similarities);
    else
        return query select * from pbdb._nearest_by_signature(
            p_organization_id, p_model, p_embedding, p_agent_id, p_limit, p_filter
        );
    end if;
end;
$fn$;

comment on function pbdb._nearest_memories(
    uuid, pbdb.embedding_models, real[], uuid, integer, jsonb
) is
'The p_limit nearest memories with their cosine similarity: fewer only when fewer match. Raises '
'PB020.';

revoke execute on function pbdb._nearest_memories(
    uuid, pbdb.embedding_models, real[], uuid, integer, jsonb
) from public;
