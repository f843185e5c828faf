-- drop: function pbdb.define_trigger(text, text, text, text, text, jsonb, jsonb, boolean)
--
-- Definer: when it fires next is the runners' business and not for apps to write.
create or replace function pbdb.define_trigger(
    p_name text,
    p_playbook_name text,
    p_schedule text default null,
    p_time_zone text default 'UTC',
    p_event_name text default null,
    p_event_match jsonb default '{}',
    p_input jsonb default '{}',
    p_is_enabled boolean default true
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_id uuid;
    v_program jsonb;
begin
    if (p_schedule is null) = (p_event_name is null) or coalesce(btrim(p_name), '') = '' then
        raise exception using
            errcode = 'PB017',
            message = format(
                'trigger "%s" has schedule "%s" and event "%s"', pbdb._shown(p_name),
                pbdb._shown(p_schedule), pbdb._shown(p_event_name)
            ),
            hint = 'Give it a name and either a schedule (cron, five fields) or an event.';
    end if;
    perform pbdb._check_name('a trigger', p_name);
    perform pbdb._check_name('an event', p_event_name);
    perform pbdb._check_text('schedule', p_schedule, 255);
    perform pbdb._check_value('input of a trigger', p_input);
    perform pbdb._check_value('match of a trigger', p_event_match);
    if not exists (select from pg_timezone_names as z where z.name = p_time_zone) then
        raise exception using
            errcode = 'PB017',
            message = format('time zone "%s" is not known', pbdb._shown(p_time_zone)),
            hint = 'Use an IANA name such as Europe/Berlin: select name from pg_timezone_names;';
    end if;
    v_program := pbdb._require_program(v_organization_id, p_playbook_name);
    if p_schedule is not null then
        perform pbdb._check_schedule(p_name, p_schedule, v_program, p_input);
    end if;

    insert into pbdb.playbook_triggers as t (
        organization_id, name, playbook_name, kind, schedule, time_zone, event_name,
        event_match, input_data, is_enabled
    )
    values (
        v_organization_id, p_name, p_playbook_name,
        case when p_schedule is null then 'event' else 'schedule' end, p_schedule, p_time_zone,
        p_event_name, coalesce(p_event_match, '{}'), coalesce(p_input, '{}'),
        coalesce(p_is_enabled, true)
    )
    on conflict (organization_id, name) do update
    set
        playbook_name = excluded.playbook_name, kind = excluded.kind,
        schedule = excluded.schedule, time_zone = excluded.time_zone,
        event_name = excluded.event_name, event_match = excluded.event_match,
        input_data = excluded.input_data, is_enabled = excluded.is_enabled,
        next_fire_at = null, last_error = null
    returning t.id into v_id;
    return v_id;
end;
$fn$;

comment on function pbdb.define_trigger(text, text, text, text, text, jsonb, jsonb, boolean) is
'Starts a playbook by itself: on a schedule (cron with five fields, read in a time zone, by a '
'runner) or on an event that emit_playbook_event names and whose payload contains p_event_match. '
'Defining a name again replaces it. Raises PB001, PB004, PB005 (the playbook), PB014, PB017 (also '
'for a schedule that is no cron expression or never comes, and for an input of a schedule that '
'does not fit the playbook''s input_schema).';

revoke execute on function pbdb.define_trigger(
    text, text, text, text, text, jsonb, jsonb, boolean
) from public;
grant execute on function pbdb.define_trigger(
    text, text, text, text, text, jsonb, jsonb, boolean
) to pbdb_app;
