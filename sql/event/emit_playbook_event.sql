-- drop: function pbdb.emit_playbook_event(text, jsonb, int, text)
--
-- Definer: apps change executions only through functions. Longer than a screen because the event,
-- its receipt by key and those who wait for it are one act.
create or replace function pbdb.emit_playbook_event(
    p_name text,
    p_payload jsonb default '{}',
    p_keep_seconds int default 3600,
    p_idempotency_key text default null
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
    v_organization_id uuid := pbdb._acting_organization();
    v_waits uuid[];
    v_woken int := 0;
    v_event_id uuid;
    v_expires_at timestamptz;
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
    if length(p_idempotency_key) not between 1 and 500 then
        raise exception using
            errcode = 'PB017',
            message = format(
                'an idempotency key of %s characters is not between 1 and 500',
                length(p_idempotency_key)
            ),
            hint = 'Use what names the event, such as its id where it comes from; null for no key.';
    end if;
    v_expires_at := clock_timestamp() + interval '1 second' * p_keep_seconds;
    -- A second call with the same key waits here until the first commits.
    insert into pbdb.playbook_events (
        organization_id, event_name, payload, idempotency_key, expires_at, purge_at
    )
    values (
        v_organization_id, p_name, p_payload, p_idempotency_key, v_expires_at,
        case
            when p_idempotency_key is null then v_expires_at
            else greatest(v_expires_at, clock_timestamp() + interval '1 day')
        end
    )
    on conflict (organization_id, idempotency_key) where idempotency_key is not null do nothing
    returning id into v_event_id;
    if v_event_id is null then
        return pbdb._emitted_before(v_organization_id, p_name, p_payload, p_idempotency_key);
    end if;

    v_waits := array(
        select q.result_id
        from pbdb.playbook_ready_steps as q
        where
            q.organization_id = v_organization_id and q.event_name = p_name
            and q.state = 'WAITING' and p_payload @> q.event_match
        order by q.execution_id, q.result_id
    );
    v_woken := pbdb._deliver_event(v_waits, p_payload, v_event_id)
        + pbdb._fire_event_triggers(v_organization_id, p_name, p_payload);
    if p_idempotency_key is not null then
        update pbdb.playbook_events as e
        set woken = v_woken
        where e.organization_id = v_organization_id and e.id = v_event_id;
    end if;
    return v_woken;
end;
$fn$;

comment on function pbdb.emit_playbook_event(text, jsonb, int, text) is
'Delivers an event to every wait of this organization that it matches, starts the playbooks whose '
'triggers it matches, and gives how many of both. It is kept p_keep_seconds for waits that begin '
'later, whoever has taken it; a step takes it once in each branch or item. With an idempotency key '
'(of the tenant, remembered for a day, or as long as the event is kept) the same event is '
'delivered once, and a repeated call gives the same number. Raises PB001, PB007, PB014, PB017.';

revoke execute on function pbdb.emit_playbook_event(text, jsonb, int, text) from public;
grant execute on function pbdb.emit_playbook_event(text, jsonb, int, text) to pbdb_app, pbdb_query;
