-- drop: function pbdb._affordable_path(text, jsonb)
--
-- Nothing interrupts a path but its statement's end, and each pair that it compares takes memory
-- until then. So the pairs are counted before: values of one comparison multiply, and so do those
-- of a filter with what it filters. The stack holds what stood outside of each bracket. Longer than
-- a screen because it is one loop over one state.
create or replace function pbdb._affordable_path(p_path text, p_variables jsonb)
returns jsonpath
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_token text;
    v_chain text;
    v_factor float8;
    v_outer float8 := 1;
    v_term float8 := 1;
    v_last text;
    v_root text;
    v_outers float8[] := '{}';
    v_terms float8[] := '{}';
    v_lasts text[] := '{}';
    v_roots text[] := '{}';
    v_cost float8 := 0;
    v_before text;
    v_bytes float8;
begin
    if pg_column_size(p_variables) < 1000 then
        return p_path::jsonpath;
    end if;
    for v_token in
        select token[1] from regexp_matches(
            p_path,
            '([$@](?:"(?:[^"\\]|\\.)*"|\w)*(?:\s*\.\s*(?:\w+\s*\(\s*\)|\m\w+\M(?!\s*\()'
            '|"(?:[^"\\]|\\.)*"|\*)|\s*\[[^]?]*\])*|like_regex\s*"(?:[^"\\]|\\.)*"'
            '(?:\s*flag\s*"\w*")?|"(?:[^"\\]|\\.)*"|\?\s*\(|\(|\)|&&|\|\|)',
            'g'
        ) as found (token)
    loop
        if v_token like '$%' or v_token like '@%' then
            v_chain := v_token;
            if v_token like '@%' then
                v_chain := v_root || substr(v_token, 2);
            end if;
            continue when v_chain is null or not pg_input_is_valid(v_chain || '[*]', 'jsonpath');
            v_factor := case
                when v_token like '$%' then jsonb_array_length(jsonb_path_query_array(
                    'null', (v_chain || '[*]')::jsonpath, p_variables, true
                ))
                else coalesce((
                    select max(size.value::int)
                    from jsonb_path_query(
                        'null',
                        (regexp_replace(v_chain, '\s*\[\s*\*\s*\]\s*$', '') || '.size()')::jsonpath,
                        p_variables, true
                    ) as size (value)
                ), 1)
            end;
            v_term := v_term * greatest(v_factor, 1);
            v_last := v_chain;
        elsif v_token like 'like_regex%' then
            -- Each element that a filter looks at has its own part of the letters.
            v_bytes := coalesce(v_bytes, octet_length(p_variables::text));
            v_cost := v_cost + 10 * v_outer * v_term + v_outer
                / case when v_before like '@%' then v_terms[cardinality(v_terms)] else 1 end
                * (select max(pbdb._regex_cost(p, v_bytes)) from pbdb._path_patterns(v_token) as p)
                / 100;
        elsif v_token like '%(' then
            v_outers := v_outers || v_outer;
            v_terms := v_terms || v_term;
            v_lasts := v_lasts || v_last;
            v_roots := v_roots || v_root;
            if v_token like '?%' then
                v_root := v_last || '[*]';
            end if;
            v_outer := v_outer * v_term;
            v_term := 1;
        elsif v_token = ')' and cardinality(v_outers) > 0 then
            v_outer := v_outers[cardinality(v_outers)];
            -- What a plain bracket yields may be compared with what stands behind it.
            if v_root is distinct from v_roots[cardinality(v_outers)] then
                v_cost := v_cost + v_outer * v_terms[cardinality(v_outers)] * v_term;
                v_term := 1;
            end if;
            v_term := v_term * v_terms[cardinality(v_outers)];
            v_last := v_lasts[cardinality(v_outers)];
            v_root := v_roots[cardinality(v_outers)];
            v_lasts := v_lasts[:cardinality(v_outers) - 1];
            v_roots := v_roots[:cardinality(v_outers) - 1];
            v_terms := v_terms[:cardinality(v_outers) - 1];
            v_outers := v_outers[:cardinality(v_outers) - 1];
        elsif v_token in ('&&', '||') then
            v_cost := v_cost + v_outer * v_term;
            v_term := 1;
        end if;
        v_before := v_token;
        if v_cost + v_outer * v_term > 4000000 then
            raise exception using
                errcode = 'PB015',
                message = format(
                    '%s compares more than 4000000 combinations of values', left(p_path, 200)
                ),
                hint = 'Shorten the lists in a step before, or compare them in a DATABASE_QUERY.';
        end if;
    end loop;
    return p_path::jsonpath;
end;
$fn$;

comment on function pbdb._affordable_path(text, jsonb) is
'The path, when it compares at most 4000000 combinations of values of these variables, a hundred '
'steps of pbdb._regex_cost counting as one; else raises PB015. Counts from above, before anything '
'is compared.';

revoke execute on function pbdb._affordable_path(text, jsonb) from public;
