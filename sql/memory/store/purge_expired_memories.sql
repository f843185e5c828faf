-- drop: function pbdb.purge_expired_memories(integer)
--
-- Definer: cleans up for every organization. Skip locked, so that two sweepers share the work.
create or replace function pbdb.purge_expired_memories(p_limit int default 1000)
returns int
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
    with expired as materialized (
        select m.organization_id, m.id
        from pbdb.agent_memories as m
        where m.expires_at <= now()
        order by m.expires_at
        limit case when p_limit < 0 then 0 else p_limit end
        for update skip locked
    ),
    deleted as (
        delete from pbdb.agent_memories as m
        using expired as x
        where m.organization_id = x.organization_id and m.id = x.id and m.expires_at <= now()
        returning 1
    )
    select count(*)::int from deleted;
$fn$;

comment on function pbdb.purge_expired_memories(integer) is
'Deletes up to p_limit expired memories of all organizations and returns how many. Searches leave '
'expired memories out with or without it.';

revoke execute on function pbdb.purge_expired_memories(integer) from public;
grant execute on function pbdb.purge_expired_memories(integer) to pbdb_worker;
