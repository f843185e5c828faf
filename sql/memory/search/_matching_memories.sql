-- drop: function pbdb._matching_memories(uuid, text, uuid, integer, jsonb)
--
-- Any word may match: people ask in sentences. Each word counts by how rare it is among the
-- tenant's matches, as in BM25; without that, "how" and "make" decide. Ranking by ts_rank_cd found
-- 60 of 100 answers in the first ten, this 81 (bench/memory_quality.py). The organization's own
-- lexeme keeps the index scan inside the tenant.
create or replace function pbdb._matching_memories(
    p_organization_id uuid, p_query text, p_agent_id uuid, p_limit int, p_filter jsonb
)
returns table (memory_id uuid, rank real)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set max_parallel_workers_per_gather = 0
set jit = off
as $fn$
declare
    v_words tsquery[] := pbdb._memory_words(p_query);
    v_mine tsquery := format('''organization %s''', p_organization_id)::tsquery
        && (select string_agg(u.word::text, ' | ') from unnest(v_words) as u (word))::tsquery;
begin
    return query
    with found as materialized (
        select m.id, m.importance, w.place, ts_rank(m.content_search, w.word, 1) as rank
        from pbdb.agent_memories as m
        join unnest(v_words) with ordinality as w (word, place) on m.content_search @@ w.word
        where m.content_search @@ v_mine
            and m.organization_id = p_organization_id
            and (p_agent_id is null or m.agent_id = p_agent_id)
            and (m.expires_at is null or m.expires_at > now())
            and (p_filter = '{}' or m.metadata @> p_filter)
    ),
    rarity as materialized (
        select
            f.place,
            ln(1 + (select count(distinct x.id) from found as x)::real / count(*)) as weight
        from found as f
        group by f.place
    )
    select f.id, (sum(f.rank * r.weight) / (select sum(x.weight) from rarity as x))::real
    from found as f
    join rarity as r using (place)
    group by f.id, f.importance
    order by 2 desc, f.importance desc nulls last, f.id desc
    limit p_limit;
end;
$fn$;

comment on function pbdb._matching_memories(uuid, text, uuid, integer, jsonb) is
'The p_limit memories that best match the words of a query, with a rank between 0 and 1. A query '
'of nothing but stop words matches nothing.';

revoke execute on function pbdb._matching_memories(uuid, text, uuid, integer, jsonb) from public;
