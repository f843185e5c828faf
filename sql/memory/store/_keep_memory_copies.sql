-- drop: function pbdb._keep_memory_copies()
--
-- Definer: a tenant may change a memory's expiry and may not write vectors.
create or replace function pbdb._keep_memory_copies()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if (new.agent_id, new.expires_at) is distinct from (old.agent_id, old.expires_at) then
        update pbdb.agent_memory_embeddings as e
        set agent_id = new.agent_id, expires_at = new.expires_at
        where e.organization_id = new.organization_id and e.memory_id = new.id;
    end if;
    new.updated_at := now();
    return new;
end;
$fn$;

comment on function pbdb._keep_memory_copies() is
'Trigger: copies a memory''s agent and expiry to its vectors, and stamps updated_at.';

revoke execute on function pbdb._keep_memory_copies() from public;
