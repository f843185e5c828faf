-- drop: function pbdb.delete_memory(uuid)
--
-- Definer, because the audit is written by functions only; the tenant is named.
create or replace function pbdb.delete_memory(p_memory_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
begin
    delete from pbdb.agent_memories as m
    where m.organization_id = v_organization_id and m.id = p_memory_id;

    if not found then
        raise exception using
            errcode = 'PB004',
            message = format('memory %s does not exist', p_memory_id),
            hint = 'Check the id and the organization; it may have been deleted or purged already.';
    end if;
    perform pbdb._audit(v_organization_id, 'memory.delete', p_memory_id, null);
end;
$fn$;

comment on function pbdb.delete_memory(uuid) is
'Deletes a memory of the current organization with all its vectors; the audit '
'keeps that it was. Raises PB001, PB004.';

revoke execute on function pbdb.delete_memory(uuid) from public;
grant execute on function pbdb.delete_memory(uuid) to pbdb_app;
