-- drop: function pbdb._schema_errors(jsonb, jsonb)
create or replace function pbdb._schema_errors(p_schema jsonb, p_value jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_errors jsonb;
    v_ms float8;
begin
    if p_schema is null or p_schema in ('{}', 'true') then
        return '[]';
    end if;

    -- When to give up rides along with the depth: a schema of strangers and a value of strangers
    -- can make more work together than either says. A statement that runs for hours has no such
    -- end.
    v_ms := 4000 + 1000 * extract(epoch from clock_timestamp() - statement_timestamp());
    v_errors := pbdb._schema_node_errors(
        p_schema, p_schema, coalesce(p_value, 'null'), '',
        case when v_ms < 16000000 then v_ms::int << 7 else 0 end, 20
    );
    if pg_catalog.jsonb_array_length(v_errors) > 20 then
        v_errors := pg_catalog.jsonb_path_query_array(v_errors, '$[0 to 19]');
    end if;
    return v_errors;
end;
$fn$;

comment on function pbdb._schema_errors(jsonb, jsonb) is
'What keeps a value from fitting a JSON Schema (draft 2020-12): an array of {path, keyword, '
'message}, at most 20, ''[]'' when it fits. Path is a JSON pointer into the value. SQL null is '
'read as JSON null; no schema fits everything. An entry with "unchecked": true means that nobody '
'could tell, within four seconds; ask _schema_issues before a schema is used. Raises nothing but '
'2201B, for a pattern that _schema_issues would have refused.';

revoke execute on function pbdb._schema_errors(jsonb, jsonb) from public;
