-- drop: function pbdb._is_not_older(xid, bigint)
create or replace function pbdb._is_not_older(p_xid xid, p_than bigint)
returns boolean
language sql
immutable
parallel safe
security invoker
return ((p_xid::text::bigint - p_than) & 4294967295) < 2147483648;

comment on function pbdb._is_not_older(xid, bigint) is
'Whether a row''s transaction is the given one or a later one, counted modulo 2^32 as row headers '
'count.';

revoke execute on function pbdb._is_not_older(xid, bigint) from public;
