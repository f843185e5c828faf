-- drop: function pbdb._class_duration(int)
create or replace function pbdb._class_duration(p_class int)
returns bigint
language sql
immutable
parallel safe
security invoker
return round(power(2::float8, (p_class + 0.5) / 4))::bigint;

comment on function pbdb._class_duration(int) is
'The middle of a class of durations, in milliseconds.';

revoke execute on function pbdb._class_duration(int) from public;
