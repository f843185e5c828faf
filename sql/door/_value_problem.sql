-- drop: function pbdb._value_problem(jsonb)
--
-- What every client's parser reads again: Python's refuses integers of more than 4,300 digits and
-- about a thousand levels. A short text is neither deep nor long, so most values cost its length;
-- of a jsonb the size says nothing, because 1e5000 takes ten bytes in it.
create or replace function pbdb._value_problem(p_value jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_text text := p_value::text;
    v_size int := octet_length(v_text);
    v_bytes bytea;
    v_digits int := 0;
begin
    if v_size <= 1000 then
        return null;
    end if;
    if v_size - octet_length(replace(replace(v_text, '[', ''), '{', '')) > 500
        and jsonb_path_exists(p_value, '$.**{501}') then
        return 'it nests more than 500 levels deep';
    end if;
    if v_size > 4000 then
        v_bytes := convert_to(v_text, 'UTF8');
        -- A number that long has a digit at ten of these places in a row, which others seldom have.
        for i in 1 .. (v_size - 1) / 400 loop
            v_digits := case
                when get_byte(v_bytes, i * 400) between 48 and 57 then v_digits + 1
                else 0
            end;
            exit when v_digits = 10;
        end loop;
    end if;
    if v_digits = 10 and exists (
        select
        from jsonb_path_query(p_value, '$.** ? (@.type() == "number")') as n (x)
        where length(n.x::text) > 4000
    ) then
        return 'a number in it has more than 4000 digits';
    end if;
    return null;
end;
$fn$;

comment on function pbdb._value_problem(jsonb) is
'Why a value cannot be kept, because not every client could read it: it nests too deep (500 '
'levels), or a number has too many digits (4,000). Null when it can.';

revoke execute on function pbdb._value_problem(jsonb) from public;
