-- drop: function pbdb.create_memory_index(text, uuid)
create or replace function pbdb.create_memory_index(
    p_model text default null, p_organization_id uuid default null
)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_name text := pbdb._memory_index_name(
        (pbdb._find_embedding_model(p_model)).name, p_organization_id
    );
begin
    if to_regclass('pbdb.' || v_name) is null then
        execute replace(
            pbdb.memory_index_statement(p_model, p_organization_id), 'index concurrently', 'index'
        );
    end if;
    return v_name;
end;
$fn$;

comment on function pbdb.create_memory_index(text, uuid) is
'Builds the HNSW index of a model, of all organizations or of one, unless it is there, and '
'returns its name. For pbdb_owner; writers of memories wait until it is built '
'(memory_index_statement gives the way without waiting).';

revoke execute on function pbdb.create_memory_index(text, uuid) from public;
