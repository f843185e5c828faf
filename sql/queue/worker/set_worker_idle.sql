-- drop: function pbdb.set_worker_idle(text, boolean)
--
-- Definer: runners have no right on any table.
create or replace function pbdb.set_worker_idle(p_name text, p_is_idle boolean)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
    with changed as (
        update pbdb.workers as w
        set is_idle = p_is_idle, last_seen_at = clock_timestamp()
        where w.name = p_name and w.is_idle <> p_is_idle
    )
    select exists (select from pbdb.workers as w where w.name = p_name);
$fn$;

comment on function pbdb.set_worker_idle(text, boolean) is
'Says whether a runner is waiting for a notification. Say idle, claim once more, then wait: so no '
'wake-up is lost. False: nobody of that name is registered (any more), and nobody would be '
'notified; register again.';

revoke execute on function pbdb.set_worker_idle(text, boolean) from public;
grant execute on function pbdb.set_worker_idle(text, boolean) to pbdb_worker;
