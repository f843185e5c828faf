-- drop: function pbdb._turn_failed(text, uuid, uuid, timestamptz, text, text)
--
-- statement_timeout fires once: whatever runs after it is without limit, so the caller has to stop.
-- A person's cancel looks the same and asks for the same; it may also be the query's own doing, so
-- that it counts as a failed turn and does not go up.
create or replace function pbdb._turn_failed(
    p_kind text,
    p_organization_id uuid,
    p_id uuid,
    p_began_at timestamptz,
    p_sqlstate text,
    p_message text
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_execution_id uuid := p_id;
    v_code text;
begin
    if p_kind = 'event' then
        perform pbdb._put_event_aside(p_organization_id, p_id, p_sqlstate, p_message);
    else
        if p_kind = 'step' then
            select r.execution_id into v_execution_id
            from pbdb.playbook_step_results as r
            where r.organization_id = p_organization_id and r.id = p_id;
        end if;
        v_code := pbdb._fail_turn(
            v_execution_id, case when p_kind = 'step' then p_id end, 'sweep', p_sqlstate,
            p_message, p_sqlstate = '57014' and pbdb._time_is_up(p_began_at, null)
        );
    end if;
    return case
        when p_sqlstate = '57014' then 'out of time'
        when v_code is null then 'put aside'
        else 'failed'
    end;
end;
$fn$;

comment on function pbdb._turn_failed(text, uuid, uuid, timestamptz, text, text) is
'Puts a finding of _overdue aside that could not be settled, or fails it: put aside, failed, or '
'out of time when the statement was cancelled.';

revoke execute on function pbdb._turn_failed(
    text, uuid, uuid, timestamptz, text, text
) from public;
