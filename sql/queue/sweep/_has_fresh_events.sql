-- drop: function pbdb._has_fresh_events()
create or replace function pbdb._has_fresh_events()
returns boolean
language sql
volatile
security invoker
begin atomic
select
    h.settled_below > pg_snapshot_xmax(pg_current_snapshot())
    or exists (select from pbdb.playbook_events as e where e.emitted_xid >= h.settled_below)
from pbdb.playbook_event_horizon as h;
end;

comment on function pbdb._has_fresh_events() is
'Whether there are events that a wait may have missed, or a horizon from another cluster.';

revoke execute on function pbdb._has_fresh_events() from public;
