-- drop: function pbdb._evaluate_all(text, jsonb)
create or replace function pbdb._evaluate_all(p_path text, p_variables jsonb)
returns jsonb
language sql
immutable
parallel safe
begin atomic
    select coalesce(case
        when p_path ~ '^\$[A-Za-z_]\w*(\.\w+)*\.\d+(\.\w+)*$'
            then jsonb_path_query_array(
                p_variables #> string_to_array(substr(p_path, 2), '.'), 'strict $'
            )
        when p_path like '%$%$%' or p_path like '%@%@%' or p_path like '%like_regex%'
            then jsonb_path_query_array(
                'null', pbdb._affordable_path(p_path, p_variables), p_variables
            )
        else jsonb_path_query_array('null', p_path::jsonpath, p_variables)
    end, '[]');
end;

comment on function pbdb._evaluate_all(text, jsonb) is
'Every match of an SQL/JSON path over the variables, as an array; empty when nothing matches.';

revoke execute on function pbdb._evaluate_all(text, jsonb) from public;
