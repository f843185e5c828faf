-- drop: function pbdb._listed_memories(uuid, uuid, jsonb, integer)
--
-- The first condition is the expression of the GIN index, with the organization in it, so that only
-- this tenant's entries are read; the second keeps a metadata key of that name from meaning
-- anything.
create or replace function pbdb._listed_memories(
    p_organization_id uuid, p_agent_id uuid, p_filter jsonb, p_limit int
)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set max_parallel_workers_per_gather = 0
set jit = off
set enable_seqscan = off
as $fn$
declare
    v_tenant_filter jsonb := p_filter || jsonb_build_object('organization id', p_organization_id);
begin
    return array(
        select m.id
        from pbdb.agent_memories as m
        where (m.metadata || ('{"organization id": "' || m.organization_id::text || '"}')::jsonb)
                @> v_tenant_filter
            and m.metadata @> p_filter
            and m.organization_id = p_organization_id
            and (p_agent_id is null or m.agent_id = p_agent_id)
            and (m.expires_at is null or m.expires_at > now())
        limit p_limit
    );
end;
$fn$;

comment on function pbdb._listed_memories(uuid, uuid, jsonb, integer) is
'Ids of the organization''s memories whose metadata contains the filter, any p_limit of them.';

revoke execute on function pbdb._listed_memories(uuid, uuid, jsonb, integer) from public;
