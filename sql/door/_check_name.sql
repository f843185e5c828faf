-- drop: function pbdb._check_name(text, text)
create or replace function pbdb._check_name(p_what text, p_name text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if length(p_name) > 255 then
        raise exception using
            errcode = 'PB017',
            message = format(
                'the name of %s has %s characters, the limit is 255: "%s…"', p_what,
                length(p_name), left(p_name, 50)
            ),
            hint = 'Give a shorter name.';
    end if;
end;
$fn$;

comment on function pbdb._check_name(text, text) is
'Raises PB017 for a name of more than 255 characters; null is none.';

revoke execute on function pbdb._check_name(text, text) from public;
