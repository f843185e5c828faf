-- drop: function pbdb.store_embeddings(uuid[], uuid[], text, real[], uuid[])
--
-- Definer: a runner may write no table. The token decides the organization. A loop over the claims,
-- because a vector cannot be sliced out of a two-dimensional array as a set. All are stored in one
-- subtransaction; when one cannot be, each in its own. Longer than a screen because what is done
-- with all is done again with each.
create or replace function pbdb.store_embeddings(
    p_memory_ids uuid[],
    p_tokens uuid[],
    p_model text,
    p_embeddings real[],
    p_organization_ids uuid[] default null
)
returns table (memory_id uuid, outcome text, code text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_model pbdb.embedding_models := pbdb._find_embedding_model(p_model);
    v_codes text[] := '{}';
    v_row record;
begin
    perform pbdb._check_count('memories', cardinality(p_memory_ids));
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

    begin
        for v_row in
            select u.id, u.token, u.i
            from unnest(p_memory_ids, p_tokens) with ordinality as u (id, token, i)
            order by u.id
        loop
            v_codes := v_codes || coalesce(pbdb._store_embedding(
                p_organization_ids[v_row.i], v_row.id, v_row.token, v_model,
                p_embeddings[v_row.i:v_row.i]
            ), '');
        end loop;
    exception
        when others or assert_failure then
            if cardinality(p_memory_ids) = 1 then
                raise;
            end if;
            v_codes := null;
    end;
    for v_row in
        select u.id, u.token, u.i, row_number() over (order by u.id) as n
        from unnest(p_memory_ids, p_tokens) with ordinality as u (id, token, i)
        order by u.id
    loop
        memory_id := v_row.id;
        if v_codes is not null then
            code := nullif(v_codes[v_row.n], '');
            outcome := case when code is null then 'accepted' else 'stale' end;
        elsif v_row.n > 40 then
            -- More than 64 subtransactions slow every session down; its lease runs out.
            code := null;
            outcome := 'busy';
        else
            begin
                code := pbdb._store_embedding(
                    p_organization_ids[v_row.i], v_row.id, v_row.token, v_model,
                    p_embeddings[v_row.i:v_row.i]
                );
                outcome := case when code is null then 'accepted' else 'stale' end;
            exception
                when others or assert_failure then
                    code := sqlstate;
                    outcome := 'failed';
                    perform from pbdb.fail_embeddings(
                        array[v_row.id], array[v_row.token], p_model,
                        format('%s: %s', sqlstate, sqlerrm)
                    );
            end;
        end if;
        return next;
    end loop;
end;
$fn$;

comment on function pbdb.store_embeddings(uuid[], uuid[], text, real[], uuid[]) is
'Stores the vectors (one a row) of claimed memories. Outcome accepted, or stale with PB002: the '
'lease was taken over, the memory was deleted or already embedded, and nothing was written. Of '
'several of which one cannot be stored, that one is given back, as fail_embeddings does (failed, '
'with its code); one after the fortieth may be busy. p_organization_ids as in fail_embeddings. '
'Raises PB017, and PB020 for a single one.';

revoke execute on function pbdb.store_embeddings(uuid[], uuid[], text, real[], uuid[]) from public;
grant execute on function pbdb.store_embeddings(uuid[], uuid[], text, real[], uuid[])
to pbdb_worker;
