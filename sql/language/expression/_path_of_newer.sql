-- drop: function pbdb._path_of_newer(text)
create or replace function pbdb._path_of_newer(p_plain text)
returns text
language sql
stable
parallel safe
security invoker
begin atomic
    select '.' || newer.method || '()'
    from substring(
        p_plain from '\.\s*(bigint|boolean|date|decimal|integer|number|string|time|time_tz|'
        'timestamp|timestamp_tz)\s*\('
    ) as newer (method)
    where current_setting('server_version_num')::int < 170000;
end;

comment on function pbdb._path_of_newer(text) is
'The first method of PostgreSQL 17 that a path uses on an older server, such as .date(); null when '
'there is none. p_plain is the path with its string literals emptied. Source: the release notes of '
'17, "Add jsonpath methods to convert JSON values to other JSON data types".';

revoke execute on function pbdb._path_of_newer(text) from public;
