-- drop: function pbdb.current_organization_id()
--
-- The only reader of the tenant setting. A JWT claim, where PostgREST or Supabase put one, comes
-- first: otherwise a caller could widen its own tenant by calling set_organization. A tenant's own
-- query (it runs as pbdb_query) may call set_config, so for it the tenant is what the engine wrote
-- into a table that the query cannot touch.
create or replace function pbdb.current_organization_id()
returns uuid
language plpgsql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_text text;
begin
    if current_user = 'pbdb_query' then
        return pbdb._query_organization_id();
    end if;
    v_text := coalesce(
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'organization_id',
        nullif(current_setting('app.current_organization_id', true), '')
    );
    if v_text is not null and not pg_input_is_valid(v_text, 'uuid') then
        raise exception using
            errcode = 'PB019',
            message = format('organization "%s" is not a uuid', v_text),
            hint = 'Call pbdb.set_organization(uuid) inside the transaction.';
    end if;
    return v_text::uuid;
end;
$fn$;

comment on function pbdb.current_organization_id() is
'The tenant of this transaction, from the JWT claim organization_id or '
'app.current_organization_id; null when neither is set. Raises PB019 when the value is not a uuid.';

revoke execute on function pbdb.current_organization_id() from public;
grant execute on function pbdb.current_organization_id()
to pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
