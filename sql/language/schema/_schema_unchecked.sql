-- drop: function pbdb._schema_unchecked(text, text, text)
--
-- Marked, so that "not", "if", "oneOf" and "contains" can tell "does not fit" from "nobody knows":
-- the negation of the second is not "fits".
create or replace function pbdb._schema_unchecked(p_path text, p_keyword text, p_problem text)
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
        'message', 'cannot be checked: ' || p_problem,
        'unchecked', true
    ));
end;
$fn$;

comment on function pbdb._schema_unchecked(text, text, text) is
'The error entry of a value that could not be judged: the schema is broken or unsupported here, '
'or the nesting is too deep. Such a value does not fit.';

revoke execute on function pbdb._schema_unchecked(text, text, text) from public;
