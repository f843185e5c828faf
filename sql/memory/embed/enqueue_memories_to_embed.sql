-- drop: function pbdb.enqueue_memories_to_embed(text, integer)
--
-- Definer: for every organization; a runner may write no table.
create or replace function pbdb.enqueue_memories_to_embed(
    p_model text default null, p_limit int default 10000
)
returns int
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_model text := (pbdb._find_embedding_model(p_model)).name;
    v_count int;
begin
    perform pbdb._check_limit(p_limit, 1000000);
    insert into pbdb.agent_memories_to_embed (organization_id, memory_id, model)
    select m.organization_id, m.id, v_model
    from pbdb.agent_memories as m
    where (m.expires_at is null or m.expires_at > now())
        and not exists (
            select from pbdb.agent_memory_embeddings as e
            where e.organization_id = m.organization_id and e.memory_id = m.id and e.model = v_model
        )
        and not exists (
            select from pbdb.agent_memories_to_embed as w
            where w.organization_id = m.organization_id and w.memory_id = m.id and w.model = v_model
        )
    limit p_limit
    on conflict do nothing;
    get diagnostics v_count = row_count;
    return v_count;
end;
$fn$;

comment on function pbdb.enqueue_memories_to_embed(text, integer) is
'Lets up to p_limit memories that have no vector of the model (null: the default one) wait for a '
'runner, and returns how many: for a new model, or memories stored before any. 0 when all have '
'one. Raises PB017.';

revoke execute on function pbdb.enqueue_memories_to_embed(text, integer) from public;
grant execute on function pbdb.enqueue_memories_to_embed(text, integer) to pbdb_worker;
