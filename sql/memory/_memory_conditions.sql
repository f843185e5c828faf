-- drop: function pbdb._memory_conditions(uuid, jsonb)
--
-- Text, because only the conditions that are asked for may be in the statement: an index-only scan has no
-- metadata to test.
create or replace function pbdb._memory_conditions(p_agent_id uuid, p_filter jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $fn$
    select 'e.organization_id = $2 and e.model = $3 and (e.expires_at is null or e.expires_at > now())'
        || case when p_agent_id is not null then ' and e.agent_id = $4' else '' end
        || case
            when p_filter <> '{}' then
                ' and exists (select from pbdb.agent_memories as m '
                'where m.organization_id = e.organization_id and m.id = e.memory_id and m.metadata @> $5)'
            else ''
        end;
$fn$;

comment on function pbdb._memory_conditions(uuid, jsonb) is
'The where clause of a search in agent_memory_embeddings as e: $2 organization, $3 model, $4 agent, $5 filter.';

revoke execute on function pbdb._memory_conditions(uuid, jsonb) from public;
