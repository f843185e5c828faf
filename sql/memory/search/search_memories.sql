-- drop: function pbdb.search_memories(text, real[], text, uuid, integer, double precision, jsonb, text)
--
-- Definer: under a tenant's policy PostgreSQL may not use the word and metadata indexes, because
-- their operators are not leakproof. The tenant comes from the context and is in every statement.
create or replace function pbdb.search_memories(
    p_query text default null,
    p_embedding real[] default null,
    p_model text default null,
    p_agent_id uuid default null,
    p_limit int default 10,
    p_threshold double precision default null,
    p_filter jsonb default '{}',
    p_mode text default 'vector'
)
returns table (
    id uuid, content text, similarity real, metadata jsonb, source text, created_at timestamptz
)
language plpgsql
volatile
security definer
rows 10
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    select s.*
    from pbdb._search_memories(
        pbdb.require_organization(), p_query, p_embedding, p_model, p_agent_id, p_limit,
        round(p_threshold::numeric, 6)::real, p_filter, p_mode
    ) as s;
end;
$fn$;

comment on function pbdb.search_memories(
    text, real[], text, uuid, integer, double precision, jsonb, text
) is
'The current organization''s best memories, best first; expired ones never. Modes: vector '
'(similarity = 1 - cosine distance, at least the threshold, by default the model''s, 0.7), text '
'(words; similarity is the text rank), hybrid (both by reciprocal rank; a threshold then holds '
'for the vector half). p_agent_id and p_filter (metadata contains it) narrow the search. Raises '
'PB001, PB017, PB020.';

revoke execute on function pbdb.search_memories(
    text, real[], text, uuid, integer, double precision, jsonb, text
) from public;
grant execute on function pbdb.search_memories(
    text, real[], text, uuid, integer, double precision, jsonb, text
) to pbdb_app;
