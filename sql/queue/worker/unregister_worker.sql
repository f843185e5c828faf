-- drop: function pbdb.unregister_worker(text, int)
--
-- Definer: runners have no right on any table.
create or replace function pbdb.unregister_worker(p_name text, p_listen_pid int default null)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
    delete from pbdb.workers as w
    where w.name = p_name and (p_listen_pid is null or w.listen_pid = p_listen_pid);
$fn$;

comment on function pbdb.unregister_worker(text, int) is
'Forgets a runner that stops; what it still leases comes back when the leases expire or are '
'released. With the backend that it registered: unless another runner has registered under the '
'name since.';

revoke execute on function pbdb.unregister_worker(text, int) from public;
grant execute on function pbdb.unregister_worker(text, int) to pbdb_worker;
