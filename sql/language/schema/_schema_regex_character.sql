-- drop: function pbdb._schema_regex_character(text)
create or replace function pbdb._schema_regex_character(p_token text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return case
        when p_token !~ '^\\' then
            case when p_token ~ '^[][\\^$.*+?(){}|/-]$' then '\' || p_token else p_token end
        when p_token ~ '^\\[fnrtv]$' or p_token ~ '^\\c[A-Za-z]$' then p_token
        when p_token ~ '^\\x..$' then '\u00' || substr(p_token, 3)
        when p_token ~ '^\\u[dD][89abAB]..\\u' then '\U' || pg_catalog.lpad(
            pg_catalog.to_hex(
                65536
                + (('x' || substr(p_token, 3, 4))::bit(16)::integer - 55296) * 1024
                + ('x' || substr(p_token, 9, 4))::bit(16)::integer - 56320
            ),
            8, '0'
        )
        when p_token ~ '^\\u\{0*(?:10|[0-9a-fA-F])?[0-9a-fA-F]{1,4}\}$' then
            '\U' || right('00000000' || substr(p_token, 4, length(p_token) - 4), 8)
        when p_token ~ '^\\u....$' then p_token
        when p_token ~ '^\\[][\\^$.*+?(){}|/-]$' then p_token
        when p_token ~ '^\\[!-/:-@\[-`{-~ ]$' then p_token
    end;
end;
$fn$;

comment on function pbdb._schema_regex_character(text) is
'One character of an ECMA-262 pattern, plain or escaped, as PostgreSQL writes it; null when it is '
'not a character: a letter or digit with another meaning, or none.';

revoke execute on function pbdb._schema_regex_character(text) from public;
