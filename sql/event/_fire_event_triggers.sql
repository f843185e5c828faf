-- drop: function pbdb._fire_event_triggers(uuid, text, jsonb)
create or replace function pbdb._fire_event_triggers(
    p_organization_id uuid, p_event_name text, p_payload jsonb
)
returns int
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_trigger pbdb.playbook_triggers;
    v_error text;
    v_fired int := 0;
begin
    -- A loop, because each trigger starts a playbook of its own. That it fired is noted unless
    -- somebody else is noting it: an emitter neither waits for another one's commit nor deadlocks
    -- with it.
    for v_trigger in
        select t.*
        from pbdb.playbook_triggers as t
        where
            t.organization_id = p_organization_id and t.event_name = p_event_name
            and t.kind = 'event' and t.is_enabled and p_payload @> t.event_match
        order by t.id
    loop
        v_error := pbdb._fire(
            v_trigger,
            case
                when jsonb_typeof(p_payload) = 'object' then v_trigger.input_data || p_payload
                else v_trigger.input_data || jsonb_build_object('payload', p_payload)
            end,
            null, 'event'
        );
        perform pbdb._note_firing(p_organization_id, v_trigger.id, v_error);
        v_fired := v_fired + (v_error is null)::int;
    end loop;
    return v_fired;
end;
$fn$;

comment on function pbdb._fire_event_triggers(uuid, text, jsonb) is
'Starts the playbooks of an organization that an event triggers, its payload laid over their '
'input; how many that were.';

revoke execute on function pbdb._fire_event_triggers(uuid, text, jsonb) from public;
