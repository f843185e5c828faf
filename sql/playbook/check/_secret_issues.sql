-- drop: function pbdb._secret_issues(jsonb)
--
-- Two tests: what well-known credentials look like, and what the key says. A value that is a
-- path or a template is not written here, and auth.secret holds a name.
create or replace function pbdb._secret_issues(p_config jsonb)
returns table (path text, message text)
language sql
immutable
parallel safe
security invoker
begin atomic
    with recursive walk (path, key, value) as (
        select 'config'::text, ''::text, p_config
        union all
        select walk.path || part.path, part.key, part.value
        from walk
        cross join lateral (
            select pbdb._path_key(entry.key), entry.key, entry.value
            from jsonb_each(
                case jsonb_typeof(walk.value) when 'object' then walk.value else '{}' end
            ) as entry (key, value)
            union all
            select format('[%s]', item.position - 1), walk.key, item.value
            from jsonb_array_elements(
                case jsonb_typeof(walk.value) when 'array' then walk.value else '[]' end
            ) with ordinality as item (value, position)
        ) as part (path, key, value)
    )

    select walk.path, format('%s looks like a secret', walk.path)
    from walk
    cross join lateral (select walk.value #>> '{}') as written (text)
    where
        jsonb_typeof(walk.value) = 'string'
        and not walk.path ~ '^config\.auth\.(secret|.*_secret|type|name|header)$'
        and (
            written.text ~ (
                '\m(sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[0-9A-Z]{16}'
                '|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}|eyJ[A-Za-z0-9_-]{10,}\.eyJ)'
                '|-----BEGIN [A-Z ]*PRIVATE KEY|[a-z]+://[^/\s:@{}]+:[^/\s:@{}]+@'
            )
            or (
                lower(replace(walk.key, '-', '_')) ~ (
                    '(^|_)(cookie|api_?key|authorization|passwd|password|client_?secret'
                    '|(secret|private)_?key|(access|refresh|auth|bearer)_?token)$'
                )
                and length(written.text) >= 8
                and not starts_with(written.text, '$')
                and strpos(written.text, '{') = 0
            )
        );
end;

comment on function pbdb._secret_issues(jsonb) is
'The places in a config that hold what looks like a secret; the value is never repeated.';

revoke execute on function pbdb._secret_issues(jsonb) from public;
