-- drop: function pbdb._first_match(text, jsonb)
--
-- One expression, so that the planner inlines it into its callers; measured, parsing the path
-- anew each time costs less than any test that would avoid it. A member named by digits is not
-- jsonpath: documents of the original system write items.0.name, which is plain member access.
create or replace function pbdb._first_match(p_path text, p_variables jsonb)
returns jsonb
language sql
immutable
parallel safe
begin atomic
    select case
        when p_path ~ '^\$[A-Za-z_]\w*(\.\w+)*\.\d+(\.\w+)*$'
            then p_variables #> string_to_array(substr(p_path, 2), '.')
        when p_path like '%$%$%' or p_path like '%@%@%' or p_path like '%like_regex%'
            then jsonb_path_query_first(
                'null', pbdb._affordable_path(p_path, p_variables), p_variables
            )
        else jsonb_path_query_first('null', p_path::jsonpath, p_variables)
    end;
end;

comment on function pbdb._first_match(text, jsonb) is
'The first match of an SQL/JSON path over the variables; SQL null when there is none. A path that '
'does not parse, reads an unknown variable or computes with a non-number raises what jsonpath '
'raises (classes 22 and 42).';

revoke execute on function pbdb._first_match(text, jsonb) from public;
