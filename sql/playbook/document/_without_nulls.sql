-- drop: function pbdb._without_nulls(jsonb)
--
-- Not jsonb_strip_nulls, which also takes the nulls out of what users wrote further in.
create or replace function pbdb._without_nulls(p_object jsonb)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(jsonb_object_agg(entry.key, entry.value), '{}')
    from jsonb_each(p_object) as entry (key, value)
    where entry.value <> 'null';
end;

comment on function pbdb._without_nulls(jsonb) is
'An object without its own keys that are null; nulls further in stay.';

revoke execute on function pbdb._without_nulls(jsonb) from public;
