-- drop: function pbdb._check_text(text, text, integer)
create or replace function pbdb._check_text(p_what text, p_text text, p_limit int)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if length(p_text) > p_limit then
        raise exception using
            errcode = 'PB014',
            message = format(
                'the %s has %s characters, the limit is %s', p_what, length(p_text), p_limit
            ),
            hint = 'Store large content elsewhere and pass a reference.';
    end if;
end;
$fn$;

comment on function pbdb._check_text(text, text, integer) is
'Raises PB014 for a text that is longer than its place takes; null is none.';

revoke execute on function pbdb._check_text(text, text, integer) from public;
