-- drop: function pbdb._fire(pbdb.playbook_triggers, jsonb, text, text)
create or replace function pbdb._fire(
    p_trigger pbdb.playbook_triggers,
    p_input jsonb,
    p_idempotency_key text,
    p_trigger_source text
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._start_runs(
        pbdb._require_program(p_trigger.organization_id, p_trigger.playbook_name),
        p_trigger.organization_id, array[p_input], array[p_idempotency_key], p_trigger.name,
        p_trigger_source, null, jsonb_build_object('trigger_id', p_trigger.id)
    );
    return null;
exception
    -- What is wrong with this one trigger is kept with it; it must not stop the others. A cancel
    -- and a deadlock are the emitter's, who comes again; of a schedule, fire_trigger does.
    when others or query_canceled or assert_failure then
        if p_trigger_source = 'event' and (sqlstate = '57014' or left(sqlstate, 2) = '40') then
            raise;
        end if;
        return format('%s: %s', sqlstate, left(sqlerrm, 10000));
end;
$fn$;

comment on function pbdb._fire(pbdb.playbook_triggers, jsonb, text, text) is
'Starts the playbook of a trigger; null, or why it could not.';

revoke execute on function pbdb._fire(pbdb.playbook_triggers, jsonb, text, text) from public;
