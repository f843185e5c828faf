-- drop: function pbdb.validate_json(jsonb, jsonb)
--
-- Security definer, because it calls private functions. It reads nothing but its arguments.
create or replace function pbdb.validate_json(p_schema jsonb, p_value jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_issue record;
begin
    perform pbdb._check_value('schema', p_schema);
    perform pbdb._check_value('value', p_value);
    select i.path, i.message, i.hint
    into v_issue
    from pbdb._schema_issues(p_schema) as i
    where i.code <> 'SCHEMA_KEYWORD_UNKNOWN'
    order by i.path
    limit 1;

    if found then
        raise exception using
            errcode = 'PB021',
            message = pg_catalog.format(
                'the JSON Schema cannot be used: %s (at "%s")', v_issue.message, v_issue.path
            ),
            hint = v_issue.hint;
    end if;
    return pbdb._schema_errors(p_schema, p_value);
end;
$fn$;

comment on function pbdb.validate_json(jsonb, jsonb) is
'What keeps a value from fitting a JSON Schema (draft 2020-12, local references): an array of at '
'most 20 {path, keyword, message}, path being a JSON pointer into the value; ''[]'' when it fits. '
'SQL null is read as JSON null; no schema fits everything. Raises PB021 when the schema is broken '
'or uses something that pbdb does not support.';

revoke execute on function pbdb.validate_json(jsonb, jsonb) from public;
grant execute on function pbdb.validate_json(jsonb, jsonb) to pbdb_app;
