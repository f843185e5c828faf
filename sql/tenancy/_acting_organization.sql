-- drop: function pbdb._acting_organization()
--
-- For functions that a DATABASE_QUERY may call: its text can set what require_organization reads,
-- so the tenant that the engine wrote down goes first. Without an assigned transaction there is
-- none written, and nothing to look up.
create or replace function pbdb._acting_organization()
returns uuid
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if pg_current_xact_id_if_assigned() is null then
        return pbdb.require_organization();
    end if;
    return coalesce(pbdb._query_organization_id(), pbdb.require_organization());
end;
$fn$;

comment on function pbdb._acting_organization() is
'The tenant for whom a function of the owner acts: of the DATABASE_QUERY that calls it, else of '
'the transaction. Raises PB001 when there is none.';

revoke execute on function pbdb._acting_organization() from public;
