-- drop: function pbdb._edit_distance(text, text)
--
-- Myers' bit-parallel algorithm: a column of the textbook's table is two numbers, of the letters
-- where it rises and where it falls, so a letter of the right word costs a few operations instead
-- of forty steps. Here because the fuzzystrmatch extension may not be installable. Words are cut to
-- 40 characters, which leaves the sums room in 64 bits.
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
    v_left constant text := reverse(left(p_left, 40));
    v_length constant int := length(v_left);
    v_all constant bigint := (1::bigint << v_length) - 1;
    v_letter text;
    v_at int;
    v_same bigint;
    v_rises bigint := v_all;
    v_falls bigint := 0;
    v_right_rises bigint;
    v_right_falls bigint;
    v_distance int := v_length;
begin
    if v_length = 0 then
        return length(left(p_right, 40));
    end if;
    foreach v_letter in array string_to_array(left(p_right, 40), null) loop
        -- Where the left word has this letter: the first of them becomes 1, the others too.
        v_at := strpos(v_left, v_letter);
        v_same := case
            when v_at = 0 then 0
            else lpad(
                translate(v_left, v_left, overlay(repeat('0', v_length) placing '1' from v_at)),
                64, '0'
            )::bit(64)::bigint
        end;
        v_right_falls := v_same | v_falls;
        v_same := (((v_same & v_rises) + v_rises) # v_rises) | v_same;
        v_right_rises := v_falls | (v_all & ~(v_same | v_rises));
        v_falls := v_rises & v_same;
        v_distance := v_distance + ((v_right_rises >> (v_length - 1)) & 1)::int
            - ((v_falls >> (v_length - 1)) & 1)::int;
        v_right_rises := v_all & ((v_right_rises << 1) | 1);
        v_rises := v_all & ((v_falls << 1) | ~(v_right_falls | v_right_rises));
        v_falls := v_right_rises & v_right_falls;
    end loop;
    return v_distance;
end;
$fn$;

comment on function pbdb._edit_distance(text, text) is
'How many single-letter edits turn one word into the other.';

revoke execute on function pbdb._edit_distance(text, text) from public;
