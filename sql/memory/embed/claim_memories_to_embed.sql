-- drop: function pbdb.claim_memories_to_embed(text, text, integer, integer)
--
-- Definer: a runner embeds every tenant's memories and may read no table. The attempt counts at the
-- claim, so that a text which kills its runner is not tried for ever.
create or replace function pbdb.claim_memories_to_embed(
    p_worker text, p_model text default null, p_limit int default 32, p_lease_seconds int default 60
)
returns table (
    memory_id uuid, token uuid, organization_id uuid, model text, content text, attempt_number int,
    lease_expires_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_model text := (pbdb._find_embedding_model(p_model)).name;
    v_now timestamptz := clock_timestamp();
begin
    perform pbdb._check_claim(p_worker, p_limit, p_lease_seconds);
    return query
    with due as materialized (
        select w.organization_id, w.memory_id
        from pbdb.agent_memories_to_embed as w
        where w.model = v_model and w.due_at <= v_now and w.attempts < 5
        order by w.due_at
        limit least(p_limit, 1000)
        for update skip locked
    ),
    claimed as (
        update pbdb.agent_memories_to_embed as w
        set
            token = gen_random_uuid(), worker = p_worker, attempts = w.attempts + 1,
            due_at = v_now + make_interval(secs => p_lease_seconds)
        from due as d
        where w.organization_id = d.organization_id
            and w.memory_id = d.memory_id
            and w.model = v_model
        returning w.*
    )
    select c.memory_id, c.token, c.organization_id, c.model, m.content, c.attempts, c.due_at
    from claimed as c
    join pbdb.agent_memories as m on m.organization_id = c.organization_id and m.id = c.memory_id
    order by c.memory_id;
end;
$fn$;

comment on function pbdb.claim_memories_to_embed(text, text, integer, integer) is
'Leases up to p_limit memories that wait for a vector of the model (null: the default one). The '
'token goes with store_embeddings or fail_embeddings. A lease that runs out is claimed again, '
'five times in all. Raises PB017.';

revoke execute on function pbdb.claim_memories_to_embed(text, text, integer, integer) from public;
grant execute on function pbdb.claim_memories_to_embed(text, text, integer, integer) to pbdb_worker;
