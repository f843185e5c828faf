-- drop: function pbdb._matching_memories(uuid, text, uuid, integer, jsonb)
--
-- Any word of the query may match: people ask in sentences, and the rank puts memories with more of the words
-- first. The organization's own lexeme keeps the index scan inside the tenant.
create or replace function pbdb._matching_memories(
    p_organization_id uuid, p_query text, p_agent_id uuid, p_limit int, p_filter jsonb
)
returns table (memory_id uuid, rank real)
language plpgsql
stable
security invoker
set search_path = ''
set max_parallel_workers_per_gather = 0
set jit = off
as $fn$
declare
    v_words tsquery := (
        select string_agg(
            '''' || replace(replace(u.word, '\', '\\'), '''', '''''') || '''', ' | '
        )::tsquery
        from unnest(tsvector_to_array(to_tsvector('pg_catalog.english', p_query))) as u (word)
    );
    v_mine tsquery := format('''organization %s''', p_organization_id)::tsquery && v_words;
begin
    return query
    select m.id, ts_rank_cd(m.content_search, v_words, 32)
    from pbdb.agent_memories as m
    where m.content_search @@ v_mine
        and m.organization_id = p_organization_id
        and (p_agent_id is null or m.agent_id = p_agent_id)
        and (m.expires_at is null or m.expires_at > now())
        and m.metadata @> p_filter
    order by 2 desc, m.importance desc nulls last, m.id desc
    limit p_limit;
end;
$fn$;

comment on function pbdb._matching_memories(uuid, text, uuid, integer, jsonb) is
'The p_limit memories that best match the words of a query, with a rank between 0 and 1. A query of nothing but '
'stop words matches nothing.';

revoke execute on function pbdb._matching_memories(uuid, text, uuid, integer, jsonb) from public;
