-- drop: function pbdb._query_as_tenant(text, text[], int, bigint)
--
-- Definer, owned by pbdb_query: here the engine's rights are gone, and nothing that the text does
-- can bring them back. After a restore it may belong to whoever restored; then nothing runs. A
-- cursor takes one statement that gives rows, so SET, DO, COMMIT, COPY and stacked statements are
-- refused (42P11). Values are bound, never spliced in. Operators are named in full, or exact,
-- because the text finds its tables in public. A text gives the same whoever's session runs it.
create or replace function pbdb._query_as_tenant(
    p_query text, p_params text[], p_max_rows int, p_max_bytes bigint
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
set intervalstyle = postgres
set extra_float_digits = 1
set bytea_output = hex
as $fn$
declare
    v_cursor refcursor;
    v_row record;
    v_rows jsonb[] := '{}';
    v_json jsonb;
    v_count int := 0;
    v_bytes bigint := 0;
    v_is_truncated boolean := false;
begin
    if current_user <> 'pbdb_query' then
        raise exception using
            errcode = 'PB022',
            message = pg_catalog.format(
                'no query runs while _query_as_tenant belongs to %s', current_user
            ),
            hint = '`pbdb verify` says how to give it back to pbdb_query.';
    end if;
    open v_cursor for execute p_query using
        p_params[1], p_params[2], p_params[3], p_params[4], p_params[5], p_params[6], p_params[7],
        p_params[8], p_params[9], p_params[10], p_params[11], p_params[12], p_params[13],
        p_params[14], p_params[15], p_params[16], p_params[17], p_params[18], p_params[19],
        p_params[20];
    -- A loop, because the byte cap must stop between two rows.
    loop
        fetch v_cursor into v_row;
        exit when not found;
        v_json := pg_catalog.to_jsonb(v_row);
        v_bytes := v_bytes + pg_catalog.pg_column_size(v_json);
        if v_count >= p_max_rows or v_bytes > p_max_bytes then
            v_is_truncated := true;
            exit;
        end if;
        v_rows := pg_catalog.array_append(v_rows, v_json);
        v_count := v_count + 1;
    end loop;
    close v_cursor;
    return pg_catalog.jsonb_build_object(
        'rows', pg_catalog.to_jsonb(v_rows), 'row_count', v_count, 'truncated', v_is_truncated
    );
end;
$fn$;

comment on function pbdb._query_as_tenant(text, text[], int, bigint) is
'Runs one statement as pbdb_query with bound text parameters ($1::int casts them) and gives its '
'rows as JSON up to the caps. Unless the transaction is read only, a statement with returning (or '
'a modifying CTE) may write what the DBA granted. Raises PB022 unless it belongs to pbdb_query.';

grant create on schema pbdb to pbdb_query;
alter function pbdb._query_as_tenant(text, text[], int, bigint) owner to pbdb_query;
revoke create on schema pbdb from pbdb_query;
revoke execute on function pbdb._query_as_tenant(text, text[], int, bigint) from public;
grant execute on function pbdb._query_as_tenant(text, text[], int, bigint) to pbdb_owner;
