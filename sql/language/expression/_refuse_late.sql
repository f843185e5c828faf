-- drop: function pbdb._refuse_late(timestamptz)
create or replace function pbdb._refuse_late(p_end timestamptz)
returns void
language plpgsql
volatile
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if clock_timestamp() > p_end then
        raise exception using
            errcode = 'PB015',
            message = 'the expressions of the step take more than 4 seconds',
            hint = 'Shorten the lists in a step before, or do the work in a DATABASE_QUERY.';
    end if;
end;
$fn$;

comment on function pbdb._refuse_late(timestamptz) is
'Raises PB015 when it is later than that; null never is.';

revoke execute on function pbdb._refuse_late(timestamptz) from public;
