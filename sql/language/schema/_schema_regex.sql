-- drop: function pbdb._schema_regex(text)
--
-- JSON Schema patterns are ECMA-262 in Unicode mode. What PostgreSQL reads otherwise is rewritten:
-- \d and \w are ASCII there, a dot stops at line ends, \b is a word boundary, \x has two digits,
-- and a bracket expression has no [:alpha:]. Groups never capture, as nothing refers to them.
create or replace function pbdb._schema_regex(p_pattern text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_pattern ~ '^[*+?]' then
        return null;  -- nothing to repeat; and *** would be a directive
    -- A short one without repeated groups and long repetitions cannot be large.
    elsif (length(p_pattern) > 50 or p_pattern ~ '\)[*+?]*\{|\{\d*,?\d{3}')
        and pbdb._regex_cost(p_pattern, 1) > 1000
    then
        return null;
    -- what means the same in both languages: no dot, no \s, no letters escaped but \d and \w
    elsif p_pattern ~ '^(?:[^][\\(){}.*+?|]|\\[dDwW]|\\[][\\^$.*+?(){}|/@_-]'
            '|\((?:\?[:=!]|(?!\?))|[)|*+?]|\{\d{1,2}(?:,\d{0,2})?\}'
            '|\[\^?(?:\\[dDwW]|[^][\\^-](?:-[^][\\^-])?|\\[][^$.*+?(){}|/@_-])+-?\])*$'
    then
        return p_pattern;
    end if;

    return (
        with tokens as (
            select t.parts[1] as token, t.position
            from pg_catalog.regexp_matches(
                p_pattern,
                '\[\^?(?:\\.|[^\]\\])*\]|\\u\{[0-9a-fA-F]+\}|(?:\\u[dD][89abAB][0-9a-fA-F]{2})'
                '\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\.'
                '|\(\?<[A-Za-z_][A-Za-z0-9_]*>|\(\?<?[:=!]|\(|\{\d+(?:,\d*)?\}|.',
                'g'
            ) with ordinality as t(parts, position)
        ),

        translated as (
            select t.position, case
                when t.token in ('[', '(?<:') then null
                when t.token like '[%' then pbdb._schema_regex_class(t.token)
                when t.token in ('\b', '\B') then pg_catalog.translate(t.token, 'bB', 'yY')
                when t.token ~ '^\\[dDwWsS]$' then pbdb._schema_regex_class('[' || t.token || ']')
                when t.token like '\\%' then pbdb._schema_regex_character(t.token)
                when t.token = '.' then '[^\n\r\u2028\u2029]'
                when t.token = '(' or t.token like '(?<%>' then '(?:'
                when t.token in (']', '{', '}') then '\' || t.token
                else t.token
            end as token
            from tokens as t
        )

        select case
            when pg_catalog.bool_and(t.token is not null)
                then pg_catalog.string_agg(t.token, '' order by t.position)
        end
        from translated as t
    );
end;
$fn$;

comment on function pbdb._schema_regex(text) is
'An ECMA-262 pattern as a PostgreSQL regular expression of the same meaning, for use with '
'collation "C"; null when there is none: Unicode classes (\p), back references, bounds above '
'255, more than 1000 atoms when repetitions are written out. '
'A pattern that is broken may come back broken; _schema_issues finds it.';

revoke execute on function pbdb._schema_regex(text) from public;
