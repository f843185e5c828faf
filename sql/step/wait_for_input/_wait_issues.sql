-- drop: function pbdb._wait_issues(jsonb)
create or replace function pbdb._wait_issues(p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
begin atomic
    select
        '/for', 'DURATION_INVALID', format('%s is not a duration', p_config -> 'for'),
        'Write seconds as a number, or "90 minutes", "3 days", "PT1H".'
    where
        jsonb_typeof(p_config -> 'for') = 'string'
        and p_config ->> 'for' not like '$%' and strpos(p_config ->> 'for', '{{') = 0
        and not pg_input_is_valid(p_config ->> 'for', 'interval')
    union all
    select
        '/until', 'TIME_INVALID', format('%s is not a time with a zone', p_config -> 'until'),
        'Write "2030-01-31T09:00:00+01:00", or a path to such a text.'
    where
        jsonb_typeof(p_config -> 'until') = 'string'
        and p_config ->> 'until' not like '$%' and strpos(p_config ->> 'until', '{{') = 0
        and not pbdb._is_time(p_config ->> 'until')
    union all
    select
        '/assignees', 'ASSIGNEES_INVALID',
        format(
            'assignees %s is not a list of ids of who may answer',
            left((p_config -> 'assignees')::text, 200)
        ),
        'List ids (uuid), or paths to them; leave assignees out when anybody may answer.'
    where
        p_config ? 'assignees'
        and coalesce(strpos(p_config ->> 'assignees', '$'), 0) = 0
        and coalesce(strpos(p_config ->> 'assignees', '{{'), 0) = 0
        and not pbdb._assignees_fit(p_config -> 'assignees');
end;

comment on function pbdb._wait_issues(jsonb) is
'What is wrong with the times and the assignees of a WAIT_FOR_INPUT: JSON pointer into the config, '
'code, message, hint. Codes: DURATION_INVALID, TIME_INVALID, ASSIGNEES_INVALID.';

revoke execute on function pbdb._wait_issues(jsonb) from public;
