-- drop: function pbdb._schema_decoded(text)
create or replace function pbdb._schema_decoded(p_text text)
returns text
language sql
immutable
parallel safe
begin atomic
    select string_agg(
        case
            when t.parts[1] not like '%\%%' then t.parts[1]
            -- only what UTF-8 allows, so that convert_from cannot fail; no zero byte
            when lower(replace(t.parts[1], '%', '')) ~ concat(
                '^(?:(?!00)[0-7][0-9a-f]|(?:c[2-9a-f]|d[0-9a-f])[89ab].',
                '|(?:e0[ab].|e[1-9a-cef][89ab].|ed[89].)[89ab].',
                '|(?:f0[9ab].|f[1-3][89ab].|f48.)(?:[89ab].){2})+$'
            ) then convert_from(decode(replace(t.parts[1], '%', ''), 'hex'), 'UTF8')
        end,
        '' order by t.position
    )
    from regexp_matches(p_text, '(?:%[0-9a-fA-F]{2})+|[^%]+|%', 'g')
        with ordinality as t(parts, position);
end;

comment on function pbdb._schema_decoded(text) is
'Percent-decoded text. A sequence that is not UTF-8 is left out.';

revoke execute on function pbdb._schema_decoded(text) from public;
