-- drop: function pbdb._has_made_ready()
create or replace function pbdb._has_made_ready()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return current_setting('pbdb.made_ready', true) = 'on';
end;
$fn$;

comment on function pbdb._has_made_ready() is
'Whether this transaction has made a step ready that nobody has leased with it; null when no '
'transaction of the session has.';

revoke execute on function pbdb._has_made_ready() from public;
