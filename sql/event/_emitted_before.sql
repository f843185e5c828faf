-- drop: function pbdb._emitted_before(uuid, text, jsonb, text)
create or replace function pbdb._emitted_before(
    p_organization_id uuid, p_name text, p_payload jsonb, p_idempotency_key text
)
returns int
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_known pbdb.playbook_events;
begin
    select e.* into v_known
    from pbdb.playbook_events as e
    where e.organization_id = p_organization_id and e.idempotency_key = p_idempotency_key;
    if v_known.event_name <> p_name or v_known.payload <> p_payload then
        raise exception using
            errcode = 'PB007',
            message = format(
                'idempotency key "%s" was used for event "%s" with another name or payload',
                p_idempotency_key, v_known.event_name
            ),
            hint = 'Use a new key for a new event; repeat the same event to get the same answer.';
    end if;
    return v_known.woken;
end;
$fn$;

comment on function pbdb._emitted_before(uuid, text, jsonb, text) is
'How many waits and triggers took the event that was emitted with this key; null when it is gone. '
'Raises PB007 when it had another name or payload.';

revoke execute on function pbdb._emitted_before(uuid, text, jsonb, text) from public;
