-- drop: function pbdb._explain_as_tenant(text, boolean)
--
-- Definer, owned by pbdb_query, as _query_as_tenant is and for its reasons. Parameters are text, as
-- they will be. The cursor comes first: it takes one statement only, so that nothing else is in the
-- text when that becomes part of another command.
create or replace function pbdb._explain_as_tenant(p_query text, p_is_planned boolean)
returns boolean
language plpgsql
volatile
security definer
set search_path = public, pg_temp
as $fn$
declare
    v_cursor refcursor;
    v_name text := pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', '');
    v_null text;
    v_plan json;
begin
    if current_user <> 'pbdb_query' then
        raise exception using
            errcode = 'PB022',
            message = pg_catalog.format(
                'no query is checked while _explain_as_tenant belongs to %s', current_user
            ),
            hint = '`pbdb verify` says how to give it back to pbdb_query.';
    end if;
    if not p_is_planned then
        execute pg_catalog.format(
            'prepare pbdb_%s (%s) as %s', v_name,
            pg_catalog.rtrim(pg_catalog.repeat('pg_catalog.text, ', 20), ', '), p_query
        );
        execute pg_catalog.format('deallocate pbdb_%s', v_name);
        return null;
    end if;
    open v_cursor for execute
        pg_catalog.concat('explain (generic_plan, format json) ', p_query)
    using
        v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null,
        v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null;
    fetch v_cursor into v_plan;
    close v_cursor;
    -- Opened and not read: that says whether it gives rows.
    open v_cursor for execute p_query using
        v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null,
        v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null, v_null;
    close v_cursor;
    return v_plan::text ~ '"Node Type": "(ModifyTable|LockRows)"';
end;
$fn$;

comment on function pbdb._explain_as_tenant(text, boolean) is
'Raises what PostgreSQL has against one statement with text parameters, as pbdb_query: planned and '
'not run, or only parsed, for a text that was planned before. True when the plan writes or locks. '
'Call it in a subtransaction that is undone. Raises PB022 unless it belongs to pbdb_query.';

grant create on schema pbdb to pbdb_query;
alter function pbdb._explain_as_tenant(text, boolean) owner to pbdb_query;
revoke create on schema pbdb from pbdb_query;
revoke execute on function pbdb._explain_as_tenant(text, boolean) from public;
grant execute on function pbdb._explain_as_tenant(text, boolean) to pbdb_owner;
