-- drop: function pbdb._order(jsonb, jsonb)
--
-- Forms and web requests send numbers as text, and the original system compared them as numbers,
-- so a number on either side makes the comparison numeric. The exponent is capped: 1e99999 is
-- 100 kB.
create or replace function pbdb._order(p_left jsonb, p_right jsonb)
returns int
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_left constant text := p_left #>> '{}';
    v_right constant text := p_right #>> '{}';
    v_number constant text := '^\s*[-+]?(\d{1,200}\.?\d{0,200}|\.\d{1,200})([eE][-+]?\d{1,3})?\s*$';
begin
    case jsonb_typeof(p_left) || ' ' || jsonb_typeof(p_right)
        when 'number number' then
            return case when p_left > p_right then 1 when p_left = p_right then 0 else -1 end;
        when 'string string' then
            return case
                when v_left collate "C" > v_right then 1 when v_left = v_right then 0 else -1
            end;
        when 'number string', 'string number' then
            if v_left ~ v_number and v_right ~ v_number then
                return sign(v_left::numeric - v_right::numeric);
            end if;
            return null;
        else
            return null;
    end case;
end;
$fn$;

comment on function pbdb._order(jsonb, jsonb) is
'-1, 0 or 1 as the left value comes before, with or after the right one; numbers by number, texts '
'by code point, a number and a text that spells one by number. Null when they have no order.';

revoke execute on function pbdb._order(jsonb, jsonb) from public;
