-- drop: function pbdb._path_key(text)
create or replace function pbdb._path_key(p_key text)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        when p_key ~ '^[A-Za-z_][A-Za-z0-9_-]*$' then '.' || p_key
        else '[' || to_jsonb(p_key)::text || ']'
    end;
end;

comment on function pbdb._path_key(text) is
'A key as it is appended to a place in a document: .key, or ["a key"] when it is not a plain word.';

revoke execute on function pbdb._path_key(text) from public;
