-- drop: function pbdb._schema_path(text, text)
create or replace function pbdb._schema_path(p_path text, p_name text)
returns text
language sql
immutable
parallel safe
begin atomic
    select p_path || '/' || replace(replace(p_name, '~', '~0'), '/', '~1');
end;

comment on function pbdb._schema_path(text, text) is
'A JSON pointer (RFC 6901), one name longer.';

revoke execute on function pbdb._schema_path(text, text) from public;
