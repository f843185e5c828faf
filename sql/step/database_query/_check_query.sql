-- drop: function pbdb._check_query(text, text)
create or replace function pbdb._check_query(p_query text, p_mode text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_refusal text;
begin
    if p_query = '' or p_mode not in ('read', 'write') then
        raise exception using
            errcode = 'PB024',
            message = format('DATABASE_QUERY has no query, or mode "%s" is unknown', p_mode),
            hint = 'config: {"query": "select … where id = $1::int", "params": […], "mode": '
                '"read" or "write"}';
    end if;
    v_refusal := pbdb._query_refusal(p_query, p_mode);
    if v_refusal is null and pg_my_temp_schema() <> 0 then
        v_refusal := 'the session has a temporary ' || pbdb._temporary_code();
    end if;
    if v_refusal is not null then
        raise exception using
            errcode = 'PB022',
            message = format('the query is refused: %s', v_refusal),
            hint = 'Write one plain query, bind values as $1, $2, …, and run it in a session whose '
                'temporary objects, if it has any, are tables for itself.';
    end if;
end;
$fn$;

comment on function pbdb._check_query(text, text) is
'Raises PB024 when there is no query or its mode is unknown, PB022 when the text must not run, or '
'not in this session.';

revoke execute on function pbdb._check_query(text, text) from public;
