-- drop: function pbdb._wake_runners()
--
-- NOTIFY serialises commits across the whole cluster, so it is sent only when a runner says that it
-- is idle. Of a crowd that takes the same handlers it means four: all would ask for one step. Which
-- four is the same for a whole transaction, whose like notifications PostgreSQL folds into one.
create or replace function pbdb._wake_runners()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_idle int;
    v_kinds int;
    v_names text := '';
    v_seed bigint;
begin
    perform set_config('pbdb.made_ready', 'on', true);
    if coalesce(current_setting('pbdb.notify', true), 'on') = 'off' then
        return;
    end if;
    select count(*), count(distinct w.handlers) into v_idle, v_kinds
    from pbdb.workers as w
    where w.is_idle;
    if v_idle > 4 and v_kinds = 1 then
        v_seed := pg_current_xact_id()::text::bigint;
        select jsonb_agg(m.name)::text into v_names
        from (
            select w.name
            from pbdb.workers as w
            where w.is_idle
            order by
                w.last_seen_at < clock_timestamp() - interval '10 seconds',
                hashtextextended(w.name, v_seed)
            limit 4
        ) as m;
    end if;
    if v_idle > 0 then
        perform pg_notify('pbdb_ready', v_names);
    end if;
end;
$fn$;

comment on function pbdb._wake_runners() is
'Tells idle runners, at commit, that a step is ready. The payload is empty, for everybody who is '
'idle, or a JSON array of four names, where more than four are idle and take the same handlers: '
'those who were seen in the last ten seconds first. Remembers for _has_made_ready that there is '
'one. The setting pbdb.notify = off turns notifications off.';

revoke execute on function pbdb._wake_runners() from public;
