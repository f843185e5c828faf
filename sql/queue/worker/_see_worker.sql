-- drop: function pbdb._see_worker(text)
--
-- Runners sweep every five seconds. Who has not for twenty is dead, or comes back and registers
-- again; until then its row would have everybody notified, and its handlers would look served.
create or replace function pbdb._see_worker(p_worker text)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_is_known boolean;
begin
    update pbdb.workers as w
    set last_seen_at = clock_timestamp()
    where w.name = p_worker;
    v_is_known := found;
    delete from pbdb.workers as w
    where w.name in (
        select d.name
        from pbdb.workers as d
        where d.last_seen_at < clock_timestamp() - interval '20 seconds' and d.name <> p_worker
        for update skip locked
    );
    return v_is_known;
end;
$fn$;

comment on function pbdb._see_worker(text) is
'Notes that a runner lives and removes those that do not; false when it is not registered.';

revoke execute on function pbdb._see_worker(text) from public;
