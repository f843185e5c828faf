-- drop: function pbdb.memory_index_statement(text, uuid)
create or replace function pbdb.memory_index_statement(
    p_model text default null, p_organization_id uuid default null
)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_model pbdb.embedding_models := pbdb._find_embedding_model(p_model);
    v_type text := case when v_model.dimensions <= 2000 then 'vector' else 'halfvec' end;
begin
    if v_model.dimensions > 4000 then
        raise exception using
            errcode = 'PB020',
            message = format(
                'model "%s" has %s dimensions; an HNSW index can have 4000',
                v_model.name, v_model.dimensions
            ),
            hint = 'Searches work without it; or shorten the vectors, if the model allows that.';
    end if;

    return format(
        'create index concurrently %1$I on pbdb.agent_memory_embeddings using hnsw '
        '((embedding::%2$s.%3$s(%4$s)) %2$s.%3$s_cosine_ops) where model = %5$L',
        pbdb._memory_index_name(v_model.name, p_organization_id),
        pbdb._vector_schema(), v_type, v_model.dimensions, v_model.name
    ) || case
        when p_organization_id is null then ''
        else format(' and organization_id = %L', p_organization_id)
    end;
end;
$fn$;

comment on function pbdb.memory_index_statement(text, uuid) is
'The statement that builds the HNSW index of a model (null: the default one), of all '
'organizations or of one, without blocking writers; to be run by pbdb_owner outside a '
'transaction. Raises PB017 and PB020. Definer, because the names it is made of are the owner''s '
'helpers; it reads nothing of any tenant.';

revoke execute on function pbdb.memory_index_statement(text, uuid) from public;
grant execute on function pbdb.memory_index_statement(text, uuid) to pbdb_monitor;
