-- drop: function pbdb.require_organization()
create or replace function pbdb.require_organization()
returns uuid
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.current_organization_id();
begin
    if v_organization_id is null then
        raise exception using
            errcode = 'PB001',
            message = 'no organization is set for this transaction',
            hint = 'begin; select pbdb.set_organization(''<uuid>''); … commit;';
    end if;
    return v_organization_id;
end;
$fn$;

comment on function pbdb.require_organization() is
'The tenant of this transaction; raises PB001 when none is set.';

revoke execute on function pbdb.require_organization() from public;
grant execute on function pbdb.require_organization() to pbdb_app;
