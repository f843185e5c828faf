-- drop: function pbdb._wait_problem(jsonb)
create or replace function pbdb._wait_problem(p_config jsonb)
returns text
language sql
stable
security invoker
begin atomic
select case
    when p_config ? 'until' and not coalesce(pbdb._is_time(p_config ->> 'until'), false)
        then format(
            'until %s is not a time with a zone, such as 2030-01-31T09:00:00+01:00',
            left((p_config -> 'until')::text, 200)
        )
    when p_config ? 'for' and not case jsonb_typeof(p_config -> 'for')
            when 'string' then pg_input_is_valid(p_config ->> 'for', 'interval')
            else
                jsonb_typeof(p_config -> 'for') = 'number'
                and abs((p_config ->> 'for')::numeric) <= 1e11
        end
        then format('for %s is not a duration', left((p_config -> 'for')::text, 200))
    when p_config ? 'event' and (
        jsonb_typeof(p_config -> 'event') <> 'string' or btrim(p_config ->> 'event') = ''
        or length(p_config ->> 'event') > 255
    )
        then format(
            'event %s is not a name of at most 255 characters',
            left((p_config -> 'event')::text, 200)
        )
    when jsonb_typeof(p_config -> 'answers') <> 'null' and not (
        jsonb_typeof(p_config -> 'answers') = 'number'
        and pg_input_is_valid(p_config ->> 'answers', 'int')
        and (p_config ->> 'answers')::numeric between 1 and 1000
    )
        then format(
            'answers %s is not a number from 1 to 1000', left((p_config -> 'answers')::text, 200)
        )
    when jsonb_typeof(p_config -> 'timeout_seconds') <> 'null' and not (
        jsonb_typeof(p_config -> 'timeout_seconds') in ('number', 'string')
        and pg_input_is_valid(p_config ->> 'timeout_seconds', 'float8')
        and abs((p_config ->> 'timeout_seconds')::float8) <= 1e11
    )
        then format(
            'timeout_seconds %s is not a number of seconds',
            left((p_config -> 'timeout_seconds')::text, 200)
        )
    when p_config ? 'assignees' and not pbdb._assignees_fit(p_config -> 'assignees')
        then format(
            'assignees %s is not a list of ids (uuid) of who may answer',
            left((p_config -> 'assignees')::text, 200)
        )
end;
end;

comment on function pbdb._wait_problem(jsonb) is
'What is wrong with the resolved config of a WAIT_FOR_INPUT; null when it can wait.';

revoke execute on function pbdb._wait_problem(jsonb) from public;
