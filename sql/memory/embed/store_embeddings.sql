-- drop: function pbdb.store_embeddings(uuid[], uuid[], text, real[])
--
-- Definer: a runner may write no table. The token decides the organization. Deleting the waiting
-- row is the test for it: of two runners only one finds the row. A loop over the claims, because a
-- vector cannot be sliced out of a two-dimensional array as a set.
create or replace function pbdb.store_embeddings(
    p_memory_ids uuid[], p_tokens uuid[], p_model text, p_embeddings real[]
)
returns table (memory_id uuid, outcome text, code text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_model pbdb.embedding_models := pbdb._find_embedding_model(p_model);
    v_organization_id uuid;
    v_row record;
begin
    if cardinality(p_tokens) is distinct from cardinality(p_memory_ids)
        or array_length(p_embeddings, 1) is distinct from cardinality(p_memory_ids)
    then
        raise exception using
            errcode = 'PB017',
            message = format(
                '%s memories, %s tokens, %s embeddings do not fit together',
                cardinality(p_memory_ids), cardinality(p_tokens), array_length(p_embeddings, 1)
            ),
            hint = 'Pass one token and one vector (a row) for each memory, in the same order.';
    end if;

    for v_row in
        select u.id, u.token, u.i
        from unnest(p_memory_ids, p_tokens) with ordinality as u (id, token, i)
        order by u.id
    loop
        delete from pbdb.agent_memories_to_embed as w
        where w.memory_id = v_row.id and w.model = v_model.name and w.token = v_row.token
        returning w.organization_id into v_organization_id;

        memory_id := v_row.id;
        outcome := case when found then 'accepted' else 'stale' end;
        code := case when not found then 'PB002' end;
        if outcome = 'accepted' then
            perform pbdb._insert_embeddings(
                v_organization_id, array[v_row.id], v_model, p_embeddings[v_row.i:v_row.i]
            );
        end if;
        return next;
    end loop;
end;
$fn$;

comment on function pbdb.store_embeddings(uuid[], uuid[], text, real[]) is
'Stores the vectors (one a row) of claimed memories. Outcome accepted, or stale with PB002: the '
'lease was taken over, the memory was deleted or already embedded, and nothing was written. '
'Raises PB017, PB020.';

revoke execute on function pbdb.store_embeddings(uuid[], uuid[], text, real[]) from public;
grant execute on function pbdb.store_embeddings(uuid[], uuid[], text, real[]) to pbdb_worker;
