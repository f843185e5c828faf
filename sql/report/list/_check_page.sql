-- drop: function pbdb._check_page(integer, text, text)
create or replace function pbdb._check_page(p_limit int, p_things text, p_next text)
returns void
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot list %s %s', coalesce(p_limit::text, 'null'), p_things),
            hint = format('Pass 1 to 1000; for the next page pass %s.', p_next);
    end if;
end;
$fn$;

comment on function pbdb._check_page(int, text, text) is
'Raises PB017 when a list is asked for no rows, or for more than 1000.';

revoke execute on function pbdb._check_page(int, text, text) from public;
