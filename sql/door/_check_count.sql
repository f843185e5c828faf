-- drop: function pbdb._check_count(text, integer, integer)
create or replace function pbdb._check_count(p_what text, p_count int, p_limit int default 10000)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_count > p_limit then
        raise exception using
            errcode = 'PB017',
            message = format('%s %s in one call, the limit is %s', p_count, p_what, p_limit),
            hint = 'Pass the others in another call.';
    end if;
end;
$fn$;

comment on function pbdb._check_count(text, integer, integer) is
'Raises PB017 for an array of more members than a call takes; null is none.';

revoke execute on function pbdb._check_count(text, integer, integer) from public;
