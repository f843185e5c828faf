-- drop: function pbdb._missed_events(uuid)
--
-- An emitter and a wait that began at the same moment cannot see each other's rows; sweeps bring
-- them together. Only events are compared that may have been missed (playbook_event_horizon).
create or replace function pbdb._missed_events(p_organization_id uuid)
returns table (organization_id uuid, id uuid, emitted_xid xid8)
language sql
volatile
security invoker
begin atomic
select e.organization_id, e.id, e.emitted_xid
from pbdb.playbook_events as e
where
    e.emitted_xid >= (select h.settled_below from pbdb.playbook_event_horizon as h)
    and (p_organization_id is null or e.organization_id = p_organization_id)
    and e.expires_at > (select clock_timestamp())
    and exists (
        select from pbdb.playbook_ready_steps as q
        inner join pbdb.playbook_step_results as a
            on a.organization_id = q.organization_id and a.id = q.result_id
        where
            q.organization_id = e.organization_id and q.event_name = e.event_name
            and q.state = 'WAITING' and e.payload @> q.event_match
            and not exists (
                select from pbdb.playbook_event_receipts as r
                where
                    r.organization_id = e.organization_id and r.event_id = e.id
                    and r.execution_id = q.execution_id and r.step_id = a.step_id
                    and r.scope_id is not distinct from a.scope_id
            )
    );
end;

comment on function pbdb._missed_events(uuid) is
'Kept events that a wait fits which has not had them, of every tenant or of one; not those that '
'are known to have been missed by nobody.';

revoke execute on function pbdb._missed_events(uuid) from public;
