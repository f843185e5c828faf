-- drop: function pbdb._time_text(timestamptz)
--
-- What is stored or read by a playbook does not follow the TimeZone and DateStyle of a session.
create or replace function pbdb._time_text(p_time timestamptz)
returns text
language sql
stable
strict
parallel safe
begin atomic
select case
    when isfinite(p_time)
        then to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    else p_time::text
end;
end;

comment on function pbdb._time_text(timestamptz) is
'A time in ISO 8601, in UTC, to the microsecond. Null for null.';

revoke execute on function pbdb._time_text(timestamptz) from public;
