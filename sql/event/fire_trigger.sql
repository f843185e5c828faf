-- drop: function pbdb.fire_trigger(uuid, uuid, timestamptz, timestamptz, text)
--
-- Definer: runners serve every tenant and have no right on any table. The time that the caller saw
-- is the fence: of two runners that work out the same time, one starts the playbook. The
-- execution's idempotency key says it again.
create or replace function pbdb.fire_trigger(
    p_organization_id uuid,
    p_trigger_id uuid,
    p_due_at timestamptz,
    p_next_at timestamptz,
    p_error text default null
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_trigger pbdb.playbook_triggers;
    v_error text := p_error;
begin
    select t.* into v_trigger
    from pbdb.playbook_triggers as t
    where
        t.organization_id = p_organization_id and t.id = p_trigger_id and t.is_enabled
        and t.kind = 'schedule'
        and t.next_fire_at is not distinct from p_due_at
    for update skip locked;
    if not found then
        return false;
    end if;
    if p_due_at is not null and p_error is null then
        v_error := pbdb._fire(
            v_trigger, v_trigger.input_data,
            format(
                'trigger/%s/%s', v_trigger.id,
                to_char(p_due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            ),
            'scheduled'
        );
        if pbdb._aborts_the_turn(left(v_error, 5)) and pbdb._set_aside(
            p_organization_id, null, p_trigger_id, 'schedule', left(v_error, 5), v_error
        ) < 5 then
            return false;
        end if;
        delete from pbdb.playbook_setbacks as s
        where s.organization_id = p_organization_id and s.subject_id = p_trigger_id;
    end if;
    update pbdb.playbook_triggers as t
    set
        next_fire_at = p_next_at, is_enabled = p_next_at is not null,
        last_error = left(v_error, 10000),
        last_fired_at = case when p_due_at is null then t.last_fired_at else clock_timestamp() end
    where t.organization_id = p_organization_id and t.id = p_trigger_id;
    return p_due_at is not null and v_error is null;
end;
$fn$;

comment on function pbdb.fire_trigger(uuid, uuid, timestamptz, timestamptz, text) is
'Starts the playbook of a schedule that is due and notes its next time; true when this call '
'started it. Times that passed while nobody looked start one execution together. A next time of '
'null turns the trigger off and keeps p_error as the reason. An error that is not the playbook''s '
'own puts the time aside, and it comes again, five times in all.';

revoke execute on function pbdb.fire_trigger(
    uuid, uuid, timestamptz, timestamptz, text
) from public;
grant execute on function pbdb.fire_trigger(
    uuid, uuid, timestamptz, timestamptz, text
) to pbdb_worker;
