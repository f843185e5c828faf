-- drop: function pbdb._schema_regex_class(text)
create or replace function pbdb._schema_regex_class(p_class text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    -- the common ones, without a query: only \s has to change
    if p_class ~ '^\[\^?(?:\\[dDwWs]|[^][\\^-](?:-[^][\\^-])?|\\[][^$.*+?(){}|/@_-])+-?\]$' then
        return replace(
            p_class, '\s',
            '\u0009-\u000d \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'
        );
    end if;

    return (
        with tokens as (
            select t.parts[1] as token, t.position
            from pg_catalog.regexp_matches(
                pg_catalog.regexp_replace(p_class, '^\[\^?(.*)\]$', '\1'),
                '\\u\{[0-9a-fA-F]+\}|(?:\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}'
                '|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\.|.',
                'g'
            ) with ordinality as t(parts, position)
        ),

        translated as (
            select t.position, case
                when t.token = '-'
                    and lag(t.token) over by_position !~ '^\\[dDwWsS]$'
                    and lead(t.token) over by_position !~ '^\\[dDwWsS]$' then '-'
                when t.token = '\b' then '\u0008'
                when t.token = '\d' then '0-9'
                when t.token = '\D' then '\u0001-/:-\U0010ffff'
                when t.token = '\w' then 'A-Za-z0-9_'
                when t.token = '\W' then '\u0001-/:-@\[-\^`{-\U0010ffff'
                when t.token = '\s' then
                    '\u0009-\u000d \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'
                when t.token = '\S' then
                    '\u0001-\u0008\u000e-\u001f!-\u009f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027'
                    '\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ufefe\uff00-\U0010ffff'
                else pbdb._schema_regex_character(t.token)
            end as token
            from tokens as t
            window by_position as (order by t.position)
        )

        select case
            when count(*) = 0 and p_class = '[]' then '[^\u0001-\U0010ffff]'
            when count(*) = 0 then '[\u0001-\U0010ffff]'
            when pg_catalog.bool_and(t.token is not null) then concat(
                case when p_class like '[^%' then '[^' else '[' end,
                pg_catalog.string_agg(t.token, '' order by t.position),
                ']'
            )
        end
        from translated as t
    );
end;
$fn$;

comment on function pbdb._schema_regex_class(text) is
'A character class of an ECMA-262 pattern, brackets included, as PostgreSQL writes it; null when '
'it has a part that PostgreSQL cannot express.';

revoke execute on function pbdb._schema_regex_class(text) from public;
