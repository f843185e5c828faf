-- drop: function pbdb.set_organization(uuid)
create or replace function pbdb.set_organization(p_organization_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_organization_id is null then
        raise exception using
            errcode = 'PB019',
            message = 'the organization is null',
            hint = 'Pass the tenant''s uuid; to leave a tenant, end the transaction.';
    end if;
    perform set_config('app.current_organization_id', p_organization_id::text, true);
end;
$fn$;

comment on function pbdb.set_organization(uuid) is
'Sets the tenant for the rest of this transaction (never longer, so that a pooled connection '
'cannot leak it). Raises PB019 on null. Call it inside begin … commit.';

revoke execute on function pbdb.set_organization(uuid) from public;
grant execute on function pbdb.set_organization(uuid) to pbdb_app, pbdb_worker, pbdb_monitor;
