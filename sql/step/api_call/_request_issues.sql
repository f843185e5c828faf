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
        format('auth of type %s has no name', auth.type),
        format(
            'Add the name of the %s: {"type": "%s", "name": "X-Api-Key", "secret": name}.',
            auth.type, auth.type
        )
    from (select p_config -> 'auth' ->> 'type', p_config -> 'auth' -> 'name') as auth (type, name)
    where auth.type in ('header', 'query') and coalesce(auth.name, 'null') in ('null', '""')
    union all
    select
        '/expect_status', 'CONFIG_VALUE_INVALID',
        format('expect_status is %s', left((p_config -> 'expect_status')::text, 100)),
        'Write 201, "2xx", "200-204", or a list of these.'
    where
        jsonb_typeof(p_config -> 'expect_status') in ('string', 'array')
        and p_config @? '$.expect_status[*] ? (
            !(@.type() == "string" && @ like_regex "^\\s*[1-5]([xX]{2}|\\d\\d(-[1-5]\\d\\d)?)\\s*$")
            && !(@.type() == "number" && @ >= 100 && @ <= 599)
        )';
end;

comment on function pbdb._request_issues(jsonb) is
'What is wrong with the request of an API_CALL step: JSON pointer into the config, code, message, '
'hint. Codes: URL_HOST_DYNAMIC, URL_INVALID, AUTH_INVALID; URL_FROM_DATA is a warning.';

revoke execute on function pbdb._request_issues(jsonb) from public;
