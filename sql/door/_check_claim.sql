-- drop: function pbdb._check_claim(text, int, int)
create or replace function pbdb._check_claim(p_worker text, p_limit int, p_lease_seconds int)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if coalesce(btrim(p_worker), '') = '' then
        raise exception using
            errcode = 'PB017',
            message = 'the worker has no name',
            hint = 'Pass a name that tells runners apart, such as host:pid.';
    end if;
    perform pbdb._check_name('a worker', p_worker);
    if p_limit is null or p_limit not between 0 and 10000 then
        raise exception using
            errcode = 'PB017',
            message = format(
                'limit %s is not between 0 and 10000', coalesce(p_limit::text, 'null')
            ),
            hint = 'Claim as many steps as you can start now.';
    end if;
    if p_lease_seconds is null or p_lease_seconds not between 1 and 86400 then
        raise exception using
            errcode = 'PB017',
            message = format(
                'a lease of %s seconds is not between 1 and 86400',
                coalesce(p_lease_seconds::text, 'null')
            ),
            hint = 'Use 30 to 60 seconds and heartbeat at a third of it.';
    end if;
end;
$fn$;

comment on function pbdb._check_claim(text, int, int) is
'Raises PB017 for a worker without a name, a limit or a lease out of range.';

revoke execute on function pbdb._check_claim(text, int, int) from public;
