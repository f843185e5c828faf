-- drop: function pbdb._sweep_event(uuid, uuid)
--
-- An emitter and a wait that began at the same moment cannot see each other's rows; this brings
-- them together afterwards.
create or replace function pbdb._sweep_event(p_organization_id uuid, p_event_id uuid)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_event pbdb.playbook_events;
    v_result_id uuid;
begin
    select e.* into v_event
    from pbdb.playbook_events as e
    where
        e.organization_id = p_organization_id and e.id = p_event_id and e.consumed_by is null
    for update skip locked;
    if not found then
        return null;
    end if;
    select q.result_id into v_result_id
    from pbdb.playbook_ready_steps as q
    where
        q.organization_id = p_organization_id and q.event_name = v_event.event_name
        and q.state = 'WAITING' and v_event.payload @> q.event_match
    order by q.result_id
    limit 1;
    if found and pbdb._deliver(v_result_id, v_event.payload, true) then
        update pbdb.playbook_events as e
        set consumed_by = v_result_id
        where e.organization_id = p_organization_id and e.id = p_event_id;
        return 'event delivered';
    end if;
    return null;
end;
$fn$;

comment on function pbdb._sweep_event(uuid, uuid) is
'Delivers a kept event to a wait that was registered in the same moment; null when there is '
'nothing to do.';

revoke execute on function pbdb._sweep_event(uuid, uuid) from public;
