-- drop: function pbdb._check_limit(integer, integer)
create or replace function pbdb._check_limit(p_limit int, p_most int)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_limit is null or p_limit not between 0 and p_most then
        raise exception using
            errcode = 'PB017',
            message = format(
                'limit %s is not between 0 and %s', coalesce(p_limit::text, 'null'), p_most
            ),
            hint = 'Ask for less, and again while there is more.';
    end if;
end;
$fn$;

comment on function pbdb._check_limit(integer, integer) is
'Raises PB017 for a limit that is null, negative or too large.';

revoke execute on function pbdb._check_limit(integer, integer) from public;
