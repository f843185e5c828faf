-- drop: function pbdb._names_read(jsonb)
--
-- Deliberately generous: a name in a literal costs one needless look-up at run time, a missed one
-- would read as null. Validation uses the real parser.
create or replace function pbdb._names_read(p_value jsonb)
returns text[]
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(array_agg(distinct coalesce(
        found.names[1], 'steps.' || coalesce(replace(found.names[2], '\"', '"'), found.names[3]),
        found.names[4]
    )), '{}')
    from jsonb_path_query(p_value, 'strict $.** ? (@.type() == "string")') as leaf (value)
    cross join lateral regexp_matches(
        leaf.value #>> '{}',
        '\m(step_\d+_output)\M|\msteps\s*\.\s*(?:"((?:[^"\\]|\\.)+)"|([^\W\d]\w*))'
        '|\m(execution|input|item|index|error)\M', 'g'
    ) as found (names);
end;

comment on function pbdb._names_read(jsonb) is
'The variables that a value mentions anywhere: step_1_output, steps.<name>, execution, input, item, index, error.';

revoke execute on function pbdb._names_read(jsonb) from public;
