-- drop: function pbdb._schema_unsupported_errors(jsonb, jsonb, text)
create or replace function pbdb._schema_unsupported_errors(
    p_root jsonb, p_schema jsonb, p_path text
)
returns jsonb
language sql
immutable
parallel safe
begin atomic
    select coalesce(
        jsonb_agg(pbdb._schema_unchecked(
            p_path, k.keyword, 'the schema keyword ' || k.keyword || ' is not supported here'
        ) -> 0),
        '[]'
    )
    from jsonb_object_keys(p_schema) as k(keyword)
    where k.keyword in (
        '$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor', '$vocabulary',
        'dependencies', 'additionalItems'
    )
    or (k.keyword = '$id' and p_schema <> p_root)
    or (
        k.keyword = '$schema'
        and p_schema ->> k.keyword not in (
            'https://json-schema.org/draft/2020-12/schema',
            'https://json-schema.org/draft/2020-12/schema#'
        )
    );
end;

comment on function pbdb._schema_unsupported_errors(jsonb, jsonb, text) is
'An error for each keyword that would change what the schema means and that pbdb does not know, so that a '
'schema which nobody validated never lets a value pass by accident.';

revoke execute on function pbdb._schema_unsupported_errors(jsonb, jsonb, text) from public;
