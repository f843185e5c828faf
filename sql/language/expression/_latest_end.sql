-- drop: function pbdb._latest_end(jsonb)
--
-- Expressions over little data cannot take long, and looking at the clock would be noticed.
create or replace function pbdb._latest_end(p_variables jsonb)
returns timestamptz
language sql
volatile
parallel safe
begin atomic
    select case
        when pg_column_size(p_variables) > 10000 then clock_timestamp() + interval '4 s'
    end;
end;

comment on function pbdb._latest_end(jsonb) is
'When work over these variables that begins now has to be done; null when they are small.';

revoke execute on function pbdb._latest_end(jsonb) from public;
