-- drop: function pbdb.store_memory(text, real[], text, uuid, jsonb, text, double precision, timestamptz)
--
-- Definer: text and vector must be written together, so apps have no insert right on the tables.
create or replace function pbdb.store_memory(
    p_content text,
    p_embedding real[] default null,
    p_model text default null,
    p_agent_id uuid default null,
    p_metadata jsonb default '{}',
    p_source text default null,
    p_importance double precision default null,
    p_expires_at timestamptz default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_id uuid;
begin
    v_id := (pbdb._store_memories(
        pbdb._acting_organization(), array[p_content],
        case when p_embedding is not null then array[p_embedding] end, p_model, p_agent_id,
        array[p_metadata], array[p_source], array[p_importance::real], array[p_expires_at]
    ))[1];
    if v_id is null then
        raise exception using
            errcode = 'PB017',
            message = 'the memory is empty',
            hint = 'A memory is a passage of text.';
    end if;
    return v_id;
end;
$fn$;

comment on function pbdb.store_memory(
    text, real[], text, uuid, jsonb, text, double precision, timestamptz
) is
'Stores a memory of the current organization and returns its id. Without a vector a runner embeds '
'it, if a model is registered; text searches find it at once. Raises PB001, PB014 (over 256 KiB), '
'PB017, PB020.';

revoke execute on function pbdb.store_memory(
    text, real[], text, uuid, jsonb, text, double precision, timestamptz
) from public;
grant execute on function pbdb.store_memory(
    text, real[], text, uuid, jsonb, text, double precision, timestamptz
) to pbdb_app, pbdb_query;
