-- drop: function pbdb._query_refusal(text, text)
--
-- What a subtransaction cannot undo has to be refused before it runs. A function is only called by
-- its name, and the ways to hide a name (SQL given as text, unicode escapes) are on the list
-- themselves, so the list is complete for what PostgreSQL brings along; functions that a DBA grants
-- are the DBA's. A name in a string is refused too: bind it as a parameter.
--
-- The first word tells a query from a command that gives rows: explain runs what no cursor takes,
-- fetch and cursor_to_xml read the cursors of whoever called. A comment within a comment before it
-- is refused, because telling where it ends takes more than a pattern.
create or replace function pbdb._query_refusal(p_query text, p_mode text)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
select case
    when p_query !~* concat(
        '^(\s|\(|--[^\r\n]*[\r\n]|/\*(?:[^*/]|/(?!\*)|\*(?!/))*\*/)*',
        '(select|with|values|table|insert|update|delete|merge)\M'
    ) then 'it does not begin with select, with, values, table, insert, update, delete or merge'
    else (
        select format('%s: %s', (regexp_match(p_query, word.pattern, 'i'))[1], word.reason)
        from (values
            (
                'read write',
                '\m(query_to_xml(?:schema|_and_xmlschema)?|ts_stat|ts_rewrite|xpath_table|'
                'connectby|crosstab\w*|dblink\w*)\M',
                'it runs SQL that is given as text'
            ),
            ('read write', '(u&")', 'it hides names'),
            (
                'read write', '\m(cursor_to_xml(?:schema)?)\M',
                'it reads cursors of the session'
            ),
            (
                'read write', '\m(pg_(?:try_)?advisory_(?:un)?lock\w*)\M',
                'it outlives the transaction; pg_advisory_xact_lock does not'
            ),
            (
                'read write',
                '\m(lo_(?:creat|create|open|close|from_bytea|put|get|unlink|import|export|lseek|'
                'lseek64|tell|tell64|truncate|truncate64)|loread|lowrite)\M',
                'large objects belong to no tenant'
            ),
            (
                'read write', '\m(pg_logical_emit_message|pg_export_snapshot)\M',
                'it leaves something outside the transaction'
            ),
            (
                'write', '\m(set_config|pg_settings)\M',
                'a setting would outlive the step; in mode read it is undone'
            )
        ) as word (modes, pattern, reason)
        where word.modes like '%' || p_mode || '%' and p_query ~* word.pattern
        order by word.reason
        limit 1
    )
end;
end;

comment on function pbdb._query_refusal(text, text) is
'Why the text of a DATABASE_QUERY must not run in this mode; null when it may.';

revoke execute on function pbdb._query_refusal(text, text) from public;
