-- drop: function pbdb._run_database_query(uuid, jsonb)
--
-- The tenant is written where the query cannot reach it. A subtransaction around the text keeps
-- what it does to the session from outliving it: a read is always undone, settings, temporary
-- objects and locks with it, after its rows were taken into a variable, which survives that. A
-- write is kept, so it is undone, and fails, when the session is not as it was before.
create or replace function pbdb._run_database_query(p_organization_id uuid, p_config jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result jsonb;
    v_query text := coalesce(p_config ->> 'query', '');
    v_mode text := coalesce(p_config ->> 'mode', 'read');
    v_before text[];
begin
    perform pbdb._check_query(v_query, v_mode);
    insert into pbdb.query_contexts (backend_pid, xid, organization_id)
    values (pg_backend_pid(), pg_current_xact_id(), p_organization_id)
    on conflict (backend_pid) do update
    set xid = excluded.xid, organization_id = excluded.organization_id;

    begin
        if v_mode = 'read' then
            perform set_config('transaction_read_only', 'on', true);
        else
            v_before := pbdb._session_state();
        end if;
        v_result := pbdb._query_as_tenant(
            v_query, pbdb._query_params(p_config -> 'params'),
            least(coalesce((p_config ->> 'max_rows')::int, 1000), 10000),
            pbdb._output_limit() * 9::bigint / 10
        );
        if v_mode = 'read' then
            raise exception using errcode = 'QUNDO', message = 'a read leaves nothing behind';
        end if;
        perform pbdb._check_session(v_before, pbdb._session_state());
    exception
        when sqlstate 'QUNDO' then
            null;
        -- Named besides, because others is not all: the seed must not outlive a timeout either.
        when others or query_canceled or assert_failure then
            perform pbdb._forget_seed(v_query);
            raise;
    end;

    perform pbdb._forget_seed(v_query);
    delete from pbdb.query_contexts as q where q.backend_pid = pg_backend_pid();
    return v_result;
end;
$fn$;

comment on function pbdb._run_database_query(uuid, jsonb) is
'{rows, row_count, truncated} of a DATABASE_QUERY step, run as pbdb_query for one organization. '
'Raises what the query raises, PB022 for a text that must not run, and PB024.';

revoke execute on function pbdb._run_database_query(uuid, jsonb) from public;
