-- drop: function pbdb._run_database_query(uuid, jsonb)
--
-- The tenant is written where the query cannot reach it, and the read-only switch lasts as long as
-- the subtransaction around the query: the engine can write the result afterwards.
create or replace function pbdb._run_database_query(p_organization_id uuid, p_config jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result jsonb;
    v_tenant text := current_setting('app.current_organization_id', true);
    v_claims text := current_setting('request.jwt.claims', true);
    v_mode text := coalesce(p_config ->> 'mode', 'read');
begin
    if coalesce(p_config ->> 'query', '') = '' or v_mode not in ('read', 'write') then
        raise exception using
            errcode = 'PB024',
            message = format('DATABASE_QUERY has no query, or mode "%s" is unknown', v_mode),
            hint = 'config: {"query": "select … where id = $1::int", "params": […], "mode": '
                '"read" or "write"}';
    end if;
    insert into pbdb.query_contexts (backend_pid, xid, organization_id)
    values (pg_backend_pid(), pg_current_xact_id(), p_organization_id)
    on conflict (backend_pid) do update
    set xid = excluded.xid, organization_id = excluded.organization_id;

    begin
        v_result := pbdb._query_as_tenant(
            p_config ->> 'query', pbdb._query_params(p_config -> 'params'),
            least(coalesce((p_config ->> 'max_rows')::int, 1000), 10000),
            pbdb._output_limit(), v_mode = 'read'
        );
    exception
        -- Nothing is caught: the block is the subtransaction that ends the read-only switch.
        when no_data_found then
            raise;
    end;

    -- The text may have called set_config; the rest of this transaction is the caller's.
    perform set_config('app.current_organization_id', coalesce(v_tenant, ''), true);
    perform set_config('request.jwt.claims', coalesce(v_claims, ''), true);
    delete from pbdb.query_contexts as q where q.backend_pid = pg_backend_pid();
    return v_result;
end;
$fn$;

comment on function pbdb._run_database_query(uuid, jsonb) is
'{rows, row_count, truncated} of a DATABASE_QUERY step, run as pbdb_query for one organization. '
'Raises what the query raises, and PB024.';

revoke execute on function pbdb._run_database_query(uuid, jsonb) from public;
