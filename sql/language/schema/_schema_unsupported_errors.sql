-- drop: function pbdb._schema_unsupported_errors(jsonb, jsonb, text)
create or replace function pbdb._schema_unsupported_errors(
    p_root jsonb, p_schema jsonb, p_path text
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_keyword text;
begin
    v_keyword := case
        when p_schema ? '$dynamicRef' then '$dynamicRef'
        when p_schema ? '$dynamicAnchor' then '$dynamicAnchor'
        when p_schema ? '$recursiveRef' then '$recursiveRef'
        when p_schema ? '$recursiveAnchor' then '$recursiveAnchor'
        when p_schema ? '$vocabulary' then '$vocabulary'
        when p_schema ? 'dependencies' then 'dependencies'
        when p_schema ? 'additionalItems' then 'additionalItems'
        when p_schema ->> '$id' is distinct from p_root ->> '$id' and p_schema ? '$id' then '$id'
        when not pbdb._schema_dialect_is_read(p_schema ->> '$schema') then '$schema'
    end;
    if v_keyword is null then
        return '[]';
    end if;
    return pbdb._schema_unchecked(
        p_path, v_keyword, 'the schema uses ' || v_keyword || ', which is not supported'
    );
end;
$fn$;

comment on function pbdb._schema_unsupported_errors(jsonb, jsonb, text) is
'An error when the schema has a keyword that would change what it means and that pbdb does not '
'know, so that a schema which nobody validated never lets a value pass by accident.';

revoke execute on function pbdb._schema_unsupported_errors(jsonb, jsonb, text) from public;
