-- drop: function pbdb._touch()
create or replace function pbdb._touch()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    new.updated_at := now();
    return new;
end;
$fn$;

comment on function pbdb._touch() is
'Trigger: updated_at is the time of the transaction that changed the row last.';

revoke execute on function pbdb._touch() from public;
