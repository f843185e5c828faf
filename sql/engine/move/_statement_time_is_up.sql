-- drop: function pbdb._statement_time_is_up()
--
-- A cancel by a person and a statement timeout have the same SQLSTATE and differ only in a message
-- that is translated. The clock tells them apart.
create or replace function pbdb._statement_time_is_up()
returns boolean
language sql
stable
parallel safe
security invoker
begin atomic
select
    s.setting::bigint > 0
    and clock_timestamp() >= statement_timestamp() + s.setting::bigint * interval '1 millisecond'
from pg_settings as s
where s.name = 'statement_timeout';
end;

comment on function pbdb._statement_time_is_up() is
'True when this statement has run as long as statement_timeout allows.';

revoke execute on function pbdb._statement_time_is_up() from public;
