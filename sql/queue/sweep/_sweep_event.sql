-- drop: function pbdb._sweep_event(uuid, uuid)
create or replace function pbdb._sweep_event(p_organization_id uuid, p_event_id uuid)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_event pbdb.playbook_events;
    v_result_id uuid;
    v_is_delivered boolean := false;
begin
    select e.* into v_event
    from pbdb.playbook_events as e
    where
        e.organization_id = p_organization_id and e.id = p_event_id
        and e.expires_at > clock_timestamp();
    if not found then
        return null;
    end if;
    -- A loop, because each wait is one execution to lock and to advance; a hundred a sweep.
    for v_result_id in
        select q.result_id
        from pbdb.playbook_ready_steps as q
        inner join pbdb.playbook_step_results as a
            on a.organization_id = q.organization_id and a.id = q.result_id
        where
            q.organization_id = p_organization_id and q.event_name = v_event.event_name
            and q.state = 'WAITING' and v_event.payload @> q.event_match
            and not exists (
                select from pbdb.playbook_event_receipts as r
                where
                    r.organization_id = p_organization_id and r.event_id = p_event_id
                    and r.execution_id = q.execution_id and r.step_id = a.step_id
                    and r.scope_id is not distinct from a.scope_id
            )
        order by q.execution_id, q.result_id
        limit 100
    loop
        v_is_delivered := pbdb._deliver(v_result_id, v_event.payload, true, p_event_id)
            or v_is_delivered;
    end loop;
    return case when v_is_delivered then 'event delivered' end;
end;
$fn$;

comment on function pbdb._sweep_event(uuid, uuid) is
'Delivers a kept event to waits that began in the same moment; null when there is nothing to do.';

revoke execute on function pbdb._sweep_event(uuid, uuid) from public;
