-- drop: function pbdb._server_start()
create or replace function pbdb._server_start()
returns text
language sql
stable
security invoker
return to_hex((extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint);

comment on function pbdb._server_start() is
'What tells this run of this server from every other.';

revoke execute on function pbdb._server_start() from public;
