-- drop: function pbdb._wait_plan(jsonb, jsonb, timestamptz)
create or replace function pbdb._wait_plan(p_step jsonb, p_config jsonb, p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set intervalstyle = postgres
as $fn$
declare
    v_for text := p_config ->> 'for';
    v_seconds float8;
    v_problem text := pbdb._wait_problem(p_config);
begin
    if v_problem is not null then
        return jsonb_build_object('error', jsonb_build_object(
            'code', 'CONFIG_INVALID', 'message', v_problem
        ));
    end if;
    if p_config ? 'for' or p_config ? 'until' then
        return jsonb_build_object('waits_for', 'TIMER', 'due_at', coalesce(
            replace(p_config ->> 'until', ',', '.')::timestamptz,
            p_now + case jsonb_typeof(p_config -> 'for')
                when 'number' then interval '1 second' * v_for::float8
                else v_for::interval
            end
        ));
    end if;
    v_seconds := coalesce(p_config ->> 'timeout_seconds', p_step ->> 'timeout');
    return jsonb_build_object(
        'waits_for', case when p_config ? 'event' then 'EVENT' else 'INPUT' end,
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
'{waits_for, due_at, event, match} of a WAIT_FOR_INPUT, which waits for INPUT, EVENT or TIMER; '
'due_at is the time or the timeout, infinity for none; {error} when its duration or time cannot be '
'read.';

revoke execute on function pbdb._wait_plan(jsonb, jsonb, timestamptz) from public;
