-- drop: function pbdb._function_issues(jsonb)
create or replace function pbdb._function_issues(p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        '/function', 'FUNCTION_UNKNOWN',
        format('no runner that is registered offers function %s', p_config -> 'function'),
        'Correct the name, or start a runner whose App has it; the step waits for one.'
    where
        p_config ->> 'function' is not null
        and exists (
            select
            from pbdb.workers as w
            cross join lateral unnest(w.handlers) as offered (handler)
            where offered.handler like 'CUSTOM\_FUNCTION:%'
        )
        and not exists (
            select
            from pbdb.workers as w
            where w.handlers && array[
                'CUSTOM_FUNCTION', 'CUSTOM_FUNCTION:' || (p_config ->> 'function')
            ]
        );
end;

comment on function pbdb._function_issues(jsonb) is
'Whether a runner that is registered now offers the function that a canonical config names, where '
'runners with functions are: JSON pointer, FUNCTION_UNKNOWN (a warning), message, hint.';

revoke execute on function pbdb._function_issues(jsonb) from public;
