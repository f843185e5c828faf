-- drop: function pbdb._regex_cost(text, double precision)
--
-- What a match may take is known from the pattern: it becomes an automaton of as many states as its
-- atoms, repetitions written out, and each letter of the text may walk through all of them. A look
-- around that is not anchored begins anew at each letter, and a back reference tries all ways to
-- cut the text. Longer than a screen because it is one loop over one state.
create or replace function pbdb._regex_cost(p_pattern text, p_letters float8)
returns float8
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_token text;
    v_size float8 := 1;
    v_atom float8 := 0;
    v_times float8;
    v_sizes float8[] := '{}';
    -- Looks ahead right at the beginning are tried once.
    v_looks_around constant boolean := regexp_replace(
        p_pattern, '^\^(\(\?[=!](?:[^][()\\]|\\.|\[[^]]*\])*\))+', ''
    ) ~ '\(\?<?[=!]';
begin
    for v_token in
        select token[1] from regexp_matches(
            p_pattern,
            '(\[\^?\]?(?:\\.|[^]\\])*\]|\\.|\((?:\?<?[:=!])?|\)|\||\{\d+(?:,\d*)?\}|[*+?]|.)', 'g'
        ) as found (token)
    loop
        if v_token ~ '^\\[1-9]' then
            return 'infinity';
        elsif v_token like '(%' then
            v_sizes := v_sizes || v_size;
            v_size := 0;
            v_atom := 0;
        elsif v_token = ')' and cardinality(v_sizes) > 0 then
            v_atom := greatest(v_size, 1);
            v_size := v_sizes[cardinality(v_sizes)] + v_atom;
            v_sizes := trim_array(v_sizes, 1);
        elsif v_token like '{_%' then
            select max(nullif(bound, '')::float8) into v_times
            from unnest(string_to_array(btrim(v_token, '{}'), ',')) as bound;
            v_size := v_size + v_atom * greatest(v_times - 1, 0);
            v_atom := v_atom * greatest(v_times, 1);
        elsif v_token not in ('|', '*', '+', '?') then
            v_atom := 1;
            v_size := v_size + 1;
        end if;
        if v_size > 1e6 then
            return 'infinity';
        end if;
    end loop;
    return v_size * p_letters
        * case when v_looks_around then greatest(p_letters / 50, 1) else 1 end;
end;
$fn$;

comment on function pbdb._regex_cost(text, double precision) is
'What matching a text of so many letters may take at most, in steps of a few nanoseconds; with one '
'letter the size of the pattern, repetitions written out. Infinity for back references.';

revoke execute on function pbdb._regex_cost(text, double precision) from public;
