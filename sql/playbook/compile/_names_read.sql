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
    select coalesce(array_agg(distinct found.name), '{}')
    from jsonb_path_query(p_value, 'strict $.** ? (@.type() == "string")') as leaf (value)
    cross join lateral (
        select leaf.value #>> '{}'
    ) as written (text)
    cross join lateral (
        select match[1]
        from regexp_matches(
            written.text, '\m(step_\d+_output|execution|input|item|index|outer|error)\M', 'g'
        ) as match
        union all
        select 'now' where written.text ~ '(\$|\{\{[{&]?\s*)now\M'
        union all
        select 'steps.' || coalesce(replace(match[1], '\"', '"'), match[2])
        from regexp_matches(
            written.text, '\msteps"?\s*\.\s*(?:"((?:[^"\\]|\\.)+)"|([^\W\d]\w*))', 'g'
        ) as match
        union all
        select 'steps.' || match[1]
        from regexp_matches(
            written.text, '\msteps\.([^][\s.(){}?@*"''/%&|!=<>,$]+)', 'g'
        ) as match
    ) as found (name);
end;

comment on function pbdb._names_read(jsonb) is
'The variables that a value mentions anywhere: step_1_output, steps.<name>, execution, input, '
'item, index, outer, now, error.';

revoke execute on function pbdb._names_read(jsonb) from public;
