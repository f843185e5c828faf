-- drop: function pbdb._filter_depth(text)
--
-- A loop over the brackets, because depth is a count that opening and closing change in order.
-- String literals match the first alternative, so that brackets inside them do not count.
create or replace function pbdb._filter_depth(p_path text)
returns int
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_token text;
    v_opens text[] := '{}';
    v_depth int := 0;
    v_deepest int := 0;
begin
    for v_token in
        select token[1] from regexp_matches(
            p_path, '("(?:[^"\\]|\\.)*"|\?\s*\(|\(|\))', 'g'
        ) as found (token)
    loop
        if v_token like '%(' then
            v_opens := v_opens || v_token;
            v_depth := v_depth + (v_token like '?%')::int;
            v_deepest := greatest(v_deepest, v_depth);
        elsif v_token = ')' and cardinality(v_opens) > 0 then
            v_depth := v_depth - (v_opens[cardinality(v_opens)] like '?%')::int;
            v_opens := trim_array(v_opens, 1);
        end if;
    end loop;
    return v_deepest;
end;
$fn$;

comment on function pbdb._filter_depth(text) is
'How deep the filters of an SQL/JSON path are nested; 0 without filters.';

revoke execute on function pbdb._filter_depth(text) from public;
