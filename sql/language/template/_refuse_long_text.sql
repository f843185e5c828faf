-- drop: function pbdb._refuse_long_text(bigint)
create or replace function pbdb._refuse_long_text(p_size bigint)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_size > 16777216 then
        raise exception using
            errcode = 'PB016',
            message = 'the template renders to more than 16777216 bytes',
            hint = 'Insert fewer or shorter values: shorten the lists and texts in a step before.';
    end if;
end;
$fn$;

comment on function pbdb._refuse_long_text(bigint) is
'Raises PB016 when so many bytes are more than a template, or all of a step together, may become.';

revoke execute on function pbdb._refuse_long_text(bigint) from public;
