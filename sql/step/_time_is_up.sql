-- drop: function pbdb._time_is_up(timestamptz, int)
--
-- A cancel by a person and a statement timeout have the same SQLSTATE and differ only in a message
-- that is translated. The clock tells them apart, and says whose time it was: one statement may
-- run the steps of many.
create or replace function pbdb._time_is_up(p_began_at timestamptz, p_timeout_seconds int)
returns boolean
language sql
volatile
security invoker
begin atomic
select
    t.allowed > interval '0' and n.now >= statement_timestamp() + t.allowed
    and n.now - p_began_at
    >= least(t.allowed * 0.9, interval '1 second' * p_timeout_seconds)
from (
    select s.setting::bigint * interval '1 millisecond' as allowed
    from pg_settings as s
    where s.name = 'statement_timeout'
) as t
cross join (select clock_timestamp() as now) as n;
end;

comment on function pbdb._time_is_up(timestamptz, int) is
'True when this statement was stopped by its statement_timeout and what began at p_began_at is to '
'blame: it used up its own limit, or nearly all of the statement''s time.';

revoke execute on function pbdb._time_is_up(timestamptz, int) from public;
