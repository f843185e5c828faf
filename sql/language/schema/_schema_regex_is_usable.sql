-- drop: function pbdb._schema_regex_is_usable(text)
--
-- jsonpath compiles its regular expressions when it is read, and reading it can be tried without
-- raising: no exception block, so no subtransaction.
create or replace function pbdb._schema_regex_is_usable(p_pattern text)
returns boolean
language sql
immutable
parallel safe
begin atomic
    select coalesce(
        pg_input_is_valid(
            format('$ ? (@ like_regex %s)', to_json(pbdb._schema_regex(p_pattern))), 'jsonpath'
        ),
        false
    );
end;

comment on function pbdb._schema_regex_is_usable(text) is
'Whether a pattern can be translated and PostgreSQL compiles the translation.';

revoke execute on function pbdb._schema_regex_is_usable(text) from public;
