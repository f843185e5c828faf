-- drop: function pbdb.register_worker(text, text[], int)
--
-- Definer: runners have no right on any table.
create or replace function pbdb.register_worker(
    p_name text, p_handlers text[], p_listen_pid int default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._check_claim(p_name, 0, 1);
    perform pbdb._check_count('handlers', cardinality(p_handlers), 1000);
    perform pbdb._check_text('longest handler', h.name, 600)
    from unnest(p_handlers) as h (name)
    where length(h.name) > 600;
    delete from pbdb.workers as w
    where
        w.name <> p_name and w.listen_pid is not null
        and not exists (select from pg_stat_activity as a where a.pid = w.listen_pid);
    insert into pbdb.workers (name, handlers, listen_pid)
    values (p_name, coalesce(p_handlers, '{}'), p_listen_pid)
    on conflict (name) do update
    set
        handlers = excluded.handlers, listen_pid = excluded.listen_pid, is_idle = false,
        started_at = clock_timestamp(), last_seen_at = clock_timestamp();
end;
$fn$;

comment on function pbdb.register_worker(text, text[], int) is
'Makes a runner known, with its handler keys and the backend that listens for it; forgets runners '
'whose backend is gone.';

revoke execute on function pbdb.register_worker(text, text[], int) from public;
grant execute on function pbdb.register_worker(text, text[], int) to pbdb_worker;
