-- drop: function pbdb._schema_error(text, text, jsonb, jsonb)
create or replace function pbdb._schema_error(
    p_path text, p_keyword text, p_value jsonb, p_wanted jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
        'path', p_path,
        'keyword', p_keyword,
        'message', concat(
            case
                when p_path <> '' then pg_catalog.format(
                    '"%s": ',
                    replace(replace(replace(substr(p_path, 2), '/', '.'), '~1', '/'), '~0', '~')
                )
            end,
            case
                when length(p_value::text) > 80 then left(p_value::text, 77) || '...'
                else p_value::text
            end,
            ' ',
            pbdb._schema_wanted(p_keyword, p_wanted)
        )
    ));
end;
$fn$;

comment on function pbdb._schema_error(text, text, jsonb, jsonb) is
'One misfit as a one-element array: the JSON pointer into the value, the schema keyword, and a '
'sentence that names the place and quotes the value (cut to 80 characters).';

revoke execute on function pbdb._schema_error(text, text, jsonb, jsonb) from public;
