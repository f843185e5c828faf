-- drop: function pbdb._query_error(text, text)
create or replace function pbdb._query_error(p_sqlstate text, p_message text)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
select jsonb_build_object(
    'code', case
        when p_sqlstate = '57014' then 'TIMEOUT'
        when p_sqlstate in ('42P11', '25006', 'PB022') then 'QUERY_REJECTED'
        when p_sqlstate = 'PB024' then 'CONFIG_INVALID'
        when p_sqlstate = 'PB020' then 'EMBEDDING_ERROR'
        when p_sqlstate = 'PB015' then 'EXPRESSION_ERROR'
        else 'QUERY_ERROR'
    end,
    'message', format('%s (SQLSTATE %s)', p_message, p_sqlstate),
    'permanent', p_sqlstate <> '57014'
);
end;

comment on function pbdb._query_error(text, text) is
'The step error of a SQL step''s SQLSTATE; only a timeout is worth another attempt.';

revoke execute on function pbdb._query_error(text, text) from public;
