-- drop: function pbdb._check_source(text)
create or replace function pbdb._check_source(p_source text)
returns void
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if octet_length(p_source) > 1048576 then
        raise exception using
            errcode = 'PB014',
            message = format('a source of %s bytes; 1048576 is the most', octet_length(p_source)),
            hint = 'Keep large texts in prompt templates, and data in tables.';
    end if;
end;
$fn$;

comment on function pbdb._check_source(text) is
'Raises PB014 when the text of a playbook is longer than 1 MiB.';

revoke execute on function pbdb._check_source(text) from public;
