-- drop: function pbdb._lock_playbook_name(uuid, text)
--
-- An advisory lock, because before the first version there is no row to lock. It has a class id
-- of its own (the first key), and a collision of the hash only makes two imports wait for each
-- other.
create or replace function pbdb._lock_playbook_name(p_organization_id uuid, p_name text)
returns void
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select pg_advisory_xact_lock(1885627490, hashtext(p_organization_id::text || ':' || p_name));
end;

comment on function pbdb._lock_playbook_name(uuid, text) is
'Makes imports of one playbook name follow each other until the transaction ends, so that version'
' numbers do too.';

revoke execute on function pbdb._lock_playbook_name(uuid, text) from public;
