-- drop: function pbdb._timeout_issues(jsonb)
create or replace function pbdb._timeout_issues(p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        '/timeout', 'TIMEOUT_IN_MILLISECONDS',
        format('timeout is %s milliseconds', p_config -> 'timeout'),
        format(
            'Write timeout_seconds: %s if these are seconds; timeout is what the original had.',
            p_config -> 'timeout'
        )
    where
        jsonb_typeof(p_config -> 'timeout') = 'number'
        and p_config -> 'timeout' < '1000' and p_config -> 'timeout' >= '1';
end;

comment on function pbdb._timeout_issues(jsonb) is
'Whether the timeout of an API_CALL, which is in milliseconds, looks as if seconds were meant: '
'JSON pointer, TIMEOUT_IN_MILLISECONDS (a warning), message, hint.';

revoke execute on function pbdb._timeout_issues(jsonb) from public;
