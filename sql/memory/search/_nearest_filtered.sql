-- drop: function pbdb._nearest_filtered(uuid, pbdb.embedding_models, real[], uuid, integer, jsonb)
--
-- A filter that few memories pass is resolved first and those are measured exactly; one that many
-- pass is tested on the way through the sieve, which then soon has enough.
create or replace function pbdb._nearest_filtered(
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
as $fn$
declare
    v_ids uuid[] := pbdb._listed_memories(p_organization_id, p_agent_id, p_filter, 3001);
begin
    if cardinality(v_ids) <= 3000 then
        return query
        select s.memory_id, s.similarity
        from pbdb._memory_similarities(p_organization_id, p_model, p_embedding, v_ids) as s
        order by s.similarity desc
        limit p_limit;
    else
        return query
        select s.memory_id, s.similarity
        from pbdb._nearest_by_signature(
            p_organization_id, p_model, p_embedding, p_agent_id, p_limit, p_filter
        ) as s;
    end if;
end;
$fn$;

comment on function pbdb._nearest_filtered(
    uuid, pbdb.embedding_models, real[], uuid, integer, jsonb
) is
'The nearest memories whose metadata contains the filter.';

revoke execute on function pbdb._nearest_filtered(
    uuid, pbdb.embedding_models, real[], uuid, integer, jsonb
) from public;
