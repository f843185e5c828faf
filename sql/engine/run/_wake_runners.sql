-- drop: function pbdb._wake_runners()
--
-- NOTIFY serialises commits across the whole cluster, so it is sent only when a runner says that it
-- is idle; PostgreSQL itself folds repeats within a transaction. A hint: runners poll as well.
create or replace function pbdb._wake_runners()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if exists (select from pbdb.workers as w where w.is_idle)
        and coalesce(current_setting('pbdb.notify', true), 'on') <> 'off' then
        perform pg_notify('pbdb_ready', '');
    end if;
end;
$fn$;

comment on function pbdb._wake_runners() is
'Tells idle runners, at commit, that a step is ready. The setting pbdb.notify = off turns it off.';

revoke execute on function pbdb._wake_runners() from public;
