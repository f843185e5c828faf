-- drop: function pbdb._take_event(uuid, text, jsonb, uuid)
create or replace function pbdb._take_event(
    p_organization_id uuid, p_event_name text, p_match jsonb, p_result_id uuid
)
returns jsonb
language sql
volatile
security invoker
begin atomic
with candidate as materialized (
    select e.id
    from pbdb.playbook_events as e
    where
        e.organization_id = p_organization_id and e.event_name = p_event_name
        and e.consumed_by is null and e.expires_at > clock_timestamp()
        and e.payload @> p_match
    order by e.id
    limit 1
    for update skip locked
)
update pbdb.playbook_events as e
set consumed_by = p_result_id
from candidate as c
where e.organization_id = p_organization_id and e.id = c.id
returning e.payload;
end;

comment on function pbdb._take_event(uuid, text, jsonb, uuid) is
'Takes the oldest kept event that a wait matches and gives its payload; null when there is none.';

revoke execute on function pbdb._take_event(uuid, text, jsonb, uuid) from public;
