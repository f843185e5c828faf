-- drop: function pbdb.fail_embeddings(uuid[], uuid[], text, text, uuid[])
--
-- Definer: a runner may write no table.
create or replace function pbdb.fail_embeddings(
    p_memory_ids uuid[],
    p_tokens uuid[],
    p_model text,
    p_error text,
    p_organization_ids uuid[] default null
)
returns table (memory_id uuid, outcome text, code text)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
    with asked as materialized (
        select u.id, u.token, u.organization_id
        from unnest(p_memory_ids, p_tokens, p_organization_ids) as u (id, token, organization_id)
    ),
    held as materialized (
        select w.organization_id, w.memory_id, w.model
        from pbdb.agent_memories_to_embed as w
        join asked as a on w.memory_id = a.id and w.token = a.token
        where w.model = p_model
            and (a.organization_id is null or w.organization_id = a.organization_id)
        order by w.memory_id
        for update of w
    ),
    failed as (
        update pbdb.agent_memories_to_embed as w
        set
            token = null, last_error = left(p_error, 2000),
            due_at = clock_timestamp() + make_interval(secs => random() * 30 * 2 ^ (w.attempts - 1))
        from held as h
        where w.organization_id = h.organization_id
            and w.memory_id = h.memory_id
            and w.model = h.model
        returning w.memory_id
    )
    select a.id, case when f.memory_id is null then 'stale' else 'failed' end,
        case when f.memory_id is null then 'PB002' end
    from asked as a
    left join failed as f on f.memory_id = a.id
    order by a.id;
$fn$;

comment on function pbdb.fail_embeddings(uuid[], uuid[], text, text, uuid[]) is
'Gives claimed memories back with the reason why they could not be embedded: tried again after a '
'random pause of up to 30 s times 2^(attempts - 1), five times in all. Outcome failed, or stale '
'with PB002. p_organization_ids are those of the claim, for routing: a memory of another '
'organization than named is stale.';

revoke execute on function pbdb.fail_embeddings(uuid[], uuid[], text, text, uuid[]) from public;
grant execute on function pbdb.fail_embeddings(uuid[], uuid[], text, text, uuid[]) to pbdb_worker;
