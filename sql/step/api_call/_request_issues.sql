-- drop: function pbdb._request_issues(jsonb)
create or replace function pbdb._request_issues(p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    select
        '/url', 'URL_HOST_DYNAMIC', format('%s takes its scheme or host from data', url.shown),
        'Write scheme and host as text: https://api.example.com/leads/{{id}}.'
    from (
        select p_config ->> 'url' as text, left(p_config ->> 'url', 200) as shown
    ) as url
    where
        url.text not like '$%'
        and strpos(
            url.text, case p_config ->> 'syntax' when 'single_brace' then '{' else '{{' end
        ) > 0
        and url.text !~* '^https?://[^/?#{}\s]+[/?#]'
    union all
    select
        '/url', 'URL_INVALID', format('%s is not a URL', left(p_config ->> 'url', 200)),
        'Start it with https://, or http://.'
    where p_config ->> 'url' !~* '^(https?://[^/?#\s]|\$|\{)'
    union all
    select
        '/url', 'URL_FROM_DATA',
        format('%s lets data decide which host is called', left(p_config ->> 'url', 200)),
        'Write scheme and host as text, if you know them.'
    where p_config ->> 'url' like '$%'
    union all
    select
        '/auth', 'AUTH_INVALID',
        format('%s is not a way to authenticate', coalesce(p_config -> 'auth' -> 'type', 'null')),
        'Write {"type": "bearer", "secret": name}, {"type": "basic", "secret": name} or '
        '{"type": "header", "name": "X-Api-Key", "secret": name}.'
    where
        jsonb_typeof(p_config -> 'auth') = 'object'
        and not coalesce(
            p_config -> 'auth' ->> 'type' in ('bearer', 'basic', 'header')
            and jsonb_typeof(p_config -> 'auth' -> 'secret') = 'string'
            and (p_config -> 'auth' ->> 'type' <> 'header' or p_config -> 'auth' ? 'name'),
            false
        );
end;

comment on function pbdb._request_issues(jsonb) is
'What is wrong with the request of an API_CALL step: JSON pointer into the config, code, message, '
'hint. Codes: URL_HOST_DYNAMIC, URL_INVALID, AUTH_INVALID; URL_FROM_DATA is a warning.';

revoke execute on function pbdb._request_issues(jsonb) from public;
