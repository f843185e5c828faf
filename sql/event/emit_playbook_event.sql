-- drop: function pbdb.emit_playbook_event(text, jsonb, int)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.emit_playbook_event(
    p_name text, p_payload jsonb default '{}', p_keep_seconds int default 3600
)
returns int
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_waits uuid[];
    v_woken int := 0;
    v_event_id uuid;
begin
    if coalesce(btrim(p_name), '') = '' or p_payload is null
        or coalesce(p_keep_seconds, -1) not between 0 and 2592000 then
        raise exception using
            errcode = 'PB017',
            message = format(
                'event "%s" kept for %s s has no name, no payload or a bad time',
                p_name, p_keep_seconds
            ),
            hint = 'Give a name, a JSON payload and 0 to 2592000 seconds.';
    end if;
    perform pbdb._check_name('an event', p_name);
    perform pbdb._check_value('payload of an event', p_payload);
    insert into pbdb.playbook_events (organization_id, event_name, payload, expires_at)
    values (
        v_organization_id, p_name, p_payload,
        clock_timestamp() + interval '1 second' * p_keep_seconds
    )
    returning id into v_event_id;

    v_waits := array(
        select q.result_id
        from pbdb.playbook_ready_steps as q
        where
            q.organization_id = v_organization_id and q.event_name = p_name
            and q.state = 'WAITING' and p_payload @> q.event_match
        order by q.execution_id, q.result_id
    );
    v_woken := pbdb._deliver_event(v_waits, p_payload);
    if v_woken > 0 then
        update pbdb.playbook_events as e
        set consumed_by = v_event_id
        where e.organization_id = v_organization_id and e.id = v_event_id;
    end if;
    return v_woken + pbdb._fire_event_triggers(v_organization_id, p_name, p_payload);
end;
$fn$;

comment on function pbdb.emit_playbook_event(text, jsonb, int) is
'Delivers an event to every wait of this organization that it matches, starts the playbooks whose '
'triggers it matches, and gives how many of both. When no wait took it, it is kept p_keep_seconds '
'for the first wait that matches. Raises PB001, PB014, PB017.';

revoke execute on function pbdb.emit_playbook_event(text, jsonb, int) from public;
grant execute on function pbdb.emit_playbook_event(text, jsonb, int) to pbdb_app;
