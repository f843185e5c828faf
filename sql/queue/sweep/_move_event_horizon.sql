-- drop: function pbdb._move_event_horizon(xid8, xid8, xid8)
--
-- A wait that missed an event looked before the event was committed, and had its transaction id by
-- then. So when everything has ended whose id is older than one that was given after the event was
-- seen, such a wait can be seen too: what is not missed then is missed by nobody. (The xmax of a
-- snapshot is no such id: transactions that are under way may have later ones.)
create or replace function pbdb._move_event_horizon(
    p_seen_below xid8, p_given_after xid8, p_ended_below xid8
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_horizon pbdb.playbook_event_horizon;
    v_settled_below xid8;
begin
    select h.* into v_horizon from pbdb.playbook_event_horizon as h for update skip locked;
    if not found then
        return;
    end if;
    if v_horizon.settled_below > p_given_after then
        -- Restored into a cluster that has not come as far.
        update pbdb.playbook_events as e
        set emitted_xid = p_given_after
        where e.emitted_xid > p_given_after;
        v_horizon.settled_below := '0';
        v_horizon.next_below := null;
    end if;
    v_settled_below := case
        when p_ended_below >= p_given_after then p_seen_below
        when p_ended_below >= v_horizon.next_after then v_horizon.next_below
    end;
    if v_horizon.next_below is not null and v_settled_below is null or exists (
        select from pbdb._missed_events(null) as m where m.emitted_xid < v_settled_below
    ) then
        return;
    end if;
    update pbdb.playbook_event_horizon as h
    set
        settled_below = coalesce(v_settled_below, v_horizon.settled_below),
        next_below = p_seen_below, next_after = p_given_after;
end;
$fn$;

comment on function pbdb._move_event_horizon(xid8, xid8, xid8) is
'Notes up to which transaction events are known to have been missed by no wait. Takes what a sweep '
'found before it compared them: below which id all had been committed, an id that was given after '
'that, and below which id all had ended when that had been given.';

revoke execute on function pbdb._move_event_horizon(xid8, xid8, xid8) from public;
