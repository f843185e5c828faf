-- drop: function pbdb._capped_details(jsonb)
create or replace function pbdb._capped_details(p_details jsonb)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
select case
    when p_details is null or p_details in ('null', '{}') then null
    when octet_length(p_details::text) <= 16384 then p_details
    else jsonb_build_object('truncated', true, 'text', left(p_details::text, 4000))
end;
end;

comment on function pbdb._capped_details(jsonb) is
'Details of a failure as they are kept: null for none, the beginning of their text where they are '
'longer than 16 KiB ({truncated, text}).';

revoke execute on function pbdb._capped_details(jsonb) from public;
