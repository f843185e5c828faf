-- drop: function pbdb._refuse_large_value(bigint)
create or replace function pbdb._refuse_large_value(p_size bigint)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_size > 16777216 then
        raise exception using
            errcode = 'PB015',
            message = 'the mapping makes a value of more than 16777216 bytes',
            hint = 'Name the members that are needed instead of repeating whole values.';
    end if;
end;
$fn$;

comment on function pbdb._refuse_large_value(bigint) is
'Raises PB015 when so many bytes are more than a mapping may make.';

revoke execute on function pbdb._refuse_large_value(bigint) from public;
