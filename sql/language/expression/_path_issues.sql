-- drop: function pbdb._path_issues(text, text)
--
-- The caps are what keeps a path's cost near the size of its document: three nested filters over
-- 400 elements ran for seconds. Longer than a screen because it is one list of rules.
create or replace function pbdb._path_issues(p_path text, p_kind text)
returns table (code text, message text, hint text)
language sql
stable
parallel safe
begin atomic
    with plain as (
        select
            regexp_replace(p_path, '"(?:[^"\\]|\\.)*"', '""', 'g') as path,
            p_kind = 'path' and p_path ~ '^\$[A-Za-z_]\w*(\.\w+)*\.\d+(\.\w+)*$' as is_numbered
    )

    select
        'EXPRESSION_TOO_LONG',
        format('the expression has %s characters; 1000 is the most', length(p_path)),
        'Compute parts of it in a DATA_TRANSFORM step before.'
    where length(p_path) > 1000
    union all
    select
        'EXPRESSION_SYNTAX',
        format('%s: %s', left(p_path, 200), coalesce(
            pbdb._path_of_newer(plain.path) || ' comes with PostgreSQL 17', error.message
        )),
        pbdb._path_hint(p_path, plain.path)
    from plain
    cross join lateral pg_input_error_info(left(p_path, 1000), 'jsonpath') as error
    where length(p_path) <= 1000 and error.message is not null and not plain.is_numbered
    union all
    select
        'EXPRESSION_WITHOUT_VARIABLE',
        format('%s reads a document of its own, and there is none', left(p_path, 200)),
        'Start with a variable: $input.lead, not $.lead.'
    from plain
    where plain.path ~ '\$\s*([.[?*)]|$)'
    union all
    select
        'EXPRESSION_RECURSIVE',
        format('%s searches all levels with .**', left(p_path, 200)),
        'Name the members on the way.'
    from plain
    where plain.path ~ '\.\s*\*\*'
    union all
    select
        'EXPRESSION_SUBSCRIPT',
        format('%s asks for an element before the first', left(p_path, 200)),
        'The last element is [last], the one before it [last - 1].'
    from plain
    where plain.path ~ '\[\s*-\s*\d'
    union all
    select
        'EXPRESSION_TOO_DEEP',
        format('%s nests filters %s deep; 2 is the most', left(p_path, 200), depth.depth),
        'Filter in two steps.'
    from pbdb._filter_depth(p_path) as depth (depth)
    where depth.depth > 2
    union all
    select
        'EXPRESSION_REGEX_TOO_LONG',
        format('a pattern of like_regex has %s characters; 200 is the most', length(pattern[1])),
        'Use a shorter pattern, or starts with.'
    from regexp_matches(p_path, 'like_regex\s*"((?:[^"\\]|\\.)*)"', 'g') as pattern
    where length(pattern[1]) > 200
    union all
    select
        'EXPRESSION_REGEX_TOO_DEAR',
        format('the pattern %s could take too long to match', to_json(left(pattern, 200))),
        'Leave out back references; repetitions in each other make at most 1000 when written out.'
    from pbdb._path_patterns(p_path) as pattern
    where length(p_path) <= 1000 and pbdb._regex_cost(pattern, 1) > 1000
    union all
    select
        'EXPRESSION_REPETITIVE',
        format('%s reads the same values again and again', left(p_path, 200)),
        'Name each element once; 100 subscripts and 2 calls of keyvalue() are the most.'
    from plain
    where
        length(p_path) <= 1000
        and (
            regexp_count(plain.path, '\.\s*keyvalue\s*\(') > 2
            or (
                select sum(ln(1 + regexp_count(subscripts[1], ','))) > ln(100.5)
                from regexp_matches(plain.path, '\[([^]]*)\]', 'g') as subscripts
            )
        );
end;

comment on function pbdb._path_issues(text, text) is
'What is wrong with one SQL/JSON path: code, message, hint. p_kind path (starts with $; members '
'named by digits are list elements) or predicate. Codes: EXPRESSION_SYNTAX, '
'EXPRESSION_WITHOUT_VARIABLE, EXPRESSION_SUBSCRIPT, EXPRESSION_TOO_LONG, EXPRESSION_RECURSIVE, '
'EXPRESSION_TOO_DEEP, EXPRESSION_REGEX_TOO_LONG, '
'EXPRESSION_REGEX_TOO_DEAR, EXPRESSION_REPETITIVE.';

revoke execute on function pbdb._path_issues(text, text) from public;
