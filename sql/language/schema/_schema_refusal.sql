-- drop: function pbdb._schema_refusal(jsonb, text, text, jsonb, jsonb)
create or replace function pbdb._schema_refusal(
    p_errors jsonb, p_path text, p_keyword text, p_value jsonb, p_wanted jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return case
        when p_errors @> '[{"unchecked": true}]' then p_errors
        else pbdb._schema_error(
            p_path, p_keyword, p_value, p_wanted
        )
    end;
end;
$fn$;

comment on function pbdb._schema_refusal(jsonb, text, text, jsonb, jsonb) is
'The error of a keyword whose subschema judged the value: its own words, but an entry marked '
'unchecked is passed on, because nobody knows whether the value fits.';

revoke execute on function pbdb._schema_refusal(jsonb, text, text, jsonb, jsonb) from public;
