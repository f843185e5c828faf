-- drop: function pbdb._pointer_path(text, text)
create or replace function pbdb._pointer_path(p_path text, p_pointer text)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select p_path || coalesce(string_agg(
        case
            when token.text ~ '^\d+$' then format('[%s]', token.text)
            else pbdb._path_key(replace(replace(token.text, '~1', '/'), '~0', '~'))
        end, '' order by token.position
    ), '')
    from unnest(string_to_array(substr(p_pointer, 2), '/'))
    with ordinality as token (text, position)
    where coalesce(p_pointer, '') <> '';
end;

comment on function pbdb._pointer_path(text, text) is
'A place written as a path, extended by a JSON pointer into it: config.body, /a/0 give '
'config.body.a[0].';

revoke execute on function pbdb._pointer_path(text, text) from public;
