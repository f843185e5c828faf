-- drop: function pbdb.store_memories(text[], real[], text, uuid, jsonb[], text[], double precision[], timestamptz[])
--
-- Definer: text and vectors must be written together, so apps have no insert right on the tables.
create or replace function pbdb.store_memories(
    p_contents text[],
    p_embeddings real[] default null,
    p_model text default null,
    p_agent_id uuid default null,
    p_metadata jsonb[] default null,
    p_sources text[] default null,
    p_importances double precision[] default null,
    p_expires_at timestamptz[] default null
)
returns setof uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    select unnest(pbdb._store_memories(
        pbdb._acting_organization(), p_contents, p_embeddings, p_model, p_agent_id, p_metadata,
        p_sources, p_importances::real[], p_expires_at
    ));
end;
$fn$;

comment on function pbdb.store_memories(
    text[], real[], text, uuid, jsonb[], text[], double precision[], timestamptz[]
) is
'Stores many memories of the current organization in one call and returns their ids in order; a '
'blank text, as the cutting of a document leaves them, is not stored and has null. '
'p_embeddings: one vector a row, for all or (null) for none; a runner embeds those without. '
'Raises PB001, PB014, PB017, PB020.';

revoke execute on function pbdb.store_memories(
    text[], real[], text, uuid, jsonb[], text[], double precision[], timestamptz[]
) from public;
grant execute on function pbdb.store_memories(
    text[], real[], text, uuid, jsonb[], text[], double precision[], timestamptz[]
) to pbdb_app, pbdb_query;
