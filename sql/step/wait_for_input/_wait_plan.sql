-- drop: function pbdb._wait_plan(jsonb, jsonb, timestamptz)
create or replace function pbdb._wait_plan(p_step jsonb, p_config jsonb, p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_for jsonb := p_config -> 'for';
    v_until text := p_config ->> 'until';
    v_seconds float8 := coalesce(p_config ->> 'timeout_seconds', p_step ->> 'timeout');
begin
    if v_for is not null or v_until is not null then
        if v_until is not null and not pg_input_is_valid(v_until, 'timestamptz')
            or jsonb_typeof(v_for) = 'string' and not pg_input_is_valid(v_for #>> '{}', 'interval')
            or jsonb_typeof(v_for) not in ('string', 'number') then
            return jsonb_build_object('error', jsonb_build_object(
                'code', 'CONFIG_INVALID', 'message', format(
                    'for %s or until %s is not a duration or a time', v_for, v_until
                )
            ));
        end if;
        return jsonb_build_object('handler', '@timer', 'due_at', coalesce(
            v_until::timestamptz,
            p_now + case jsonb_typeof(v_for)
                when 'number' then interval '1 second' * (v_for #>> '{}')::float8
                else (v_for #>> '{}')::interval
            end
        ));
    end if;
    return jsonb_build_object(
        'handler', case when p_config ? 'event' then '@event' else '@input' end,
        'due_at', coalesce(p_now + interval '1 second' * v_seconds, 'infinity')
    ) || case
        when p_config ? 'event' then jsonb_build_object(
            'event', p_config -> 'event', 'match', coalesce(p_config -> 'match', '{}')
        )
        else '{}'
    end;
end;
$fn$;

comment on function pbdb._wait_plan(jsonb, jsonb, timestamptz) is
'{handler, due_at, event, match} of a WAIT_FOR_INPUT: @input for a person, @event, or @timer; '
'due_at is the time or the timeout, infinity for none; {error} when its duration or time cannot be '
'read.';

revoke execute on function pbdb._wait_plan(jsonb, jsonb, timestamptz) from public;
