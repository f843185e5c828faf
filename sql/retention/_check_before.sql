-- drop: function pbdb._check_before(timestamptz)
create or replace function pbdb._check_before(p_before timestamptz)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_before is null or not isfinite(p_before) or p_before > clock_timestamp() then
        raise exception using
            errcode = 'PB017',
            message = format(
                'cannot prune what ended before %s', coalesce(p_before::text, 'null')
            ),
            hint = 'Pass a time that has passed, for example now() - interval ''90 days''.';
    end if;
end;
$fn$;

comment on function pbdb._check_before(timestamptz) is
'Refuses a time to prune before that is null, infinite or still to come. Raises PB017.';

revoke execute on function pbdb._check_before(timestamptz) from public;
