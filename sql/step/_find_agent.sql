-- drop: function pbdb._find_agent(uuid, text)
create or replace function pbdb._find_agent(p_organization_id uuid, p_agent text)
returns uuid
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select agent.id
    from pbdb.agents as agent
    where agent.organization_id = p_organization_id and p_agent in (agent.name, agent.id::text)
    order by agent.name = p_agent desc
    limit 1;
end;

comment on function pbdb._find_agent(uuid, text) is
'The row of pbdb.agents that a config names by name or id, or null: then a runner must have it '
'registered.';

revoke execute on function pbdb._find_agent(uuid, text) from public;
