-- drop: function pbdb.unregister_worker(text)
--
-- Definer: runners have no right on any table.
create or replace function pbdb.unregister_worker(p_name text)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
    delete from pbdb.workers as w where w.name = p_name;
$fn$;

comment on function pbdb.unregister_worker(text) is
'Forgets a runner that stops; what it still leases comes back when the leases expire or are '
'released.';

revoke execute on function pbdb.unregister_worker(text) from public;
grant execute on function pbdb.unregister_worker(text) to pbdb_worker;
