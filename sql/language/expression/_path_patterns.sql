-- drop: function pbdb._path_patterns(text)
create or replace function pbdb._path_patterns(p_path text)
returns setof text
language sql
immutable
parallel safe
begin atomic
    -- As the path itself reads its literal; flag q takes it as it is.
    select case
        when found.parts[2] like '%q%' or not pg_input_is_valid(found.parts[1], 'jsonpath') then ''
        else jsonb_path_query_first('null', found.parts[1]::jsonpath) #>> '{}'
    end
    from regexp_matches(
        p_path, 'like_regex\s*("(?:[^"\\]|\\.)*")(?:\s*flag\s*"(\w*)")?', 'g'
    ) as found (parts);
end;

comment on function pbdb._path_patterns(text) is
'The patterns of like_regex in an SQL/JSON path; empty for those that are plain text.';

revoke execute on function pbdb._path_patterns(text) from public;
