-- drop: function pbdb._edit_distance(text, text)
--
-- The textbook two-row algorithm; each cell depends on its neighbours, so no set would do. Here
-- because the fuzzystrmatch extension may not be installable. Words are cut to 40 characters.
create or replace function pbdb._edit_distance(p_left text, p_right text)
returns int
language plpgsql
immutable
strict
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_left text := left(p_left, 40);
    v_right text := left(p_right, 40);
    v_above int[] := array(select generate_series(0, length(v_right)));
    v_row int[];
    v_cost int;
begin
    for v_i in 1 .. length(v_left) loop
        v_row := array[v_i];
        for v_j in 1 .. length(v_right) loop
            v_cost := (substr(v_left, v_i, 1) <> substr(v_right, v_j, 1))::int;
            v_row[v_j + 1] := least(v_row[v_j] + 1, v_above[v_j + 1] + 1, v_above[v_j] + v_cost);
        end loop;
        v_above := v_row;
    end loop;
    return v_above[length(v_right) + 1];
end;
$fn$;

comment on function pbdb._edit_distance(text, text) is
'How many single-letter edits turn one word into the other.';

revoke execute on function pbdb._edit_distance(text, text) from public;
