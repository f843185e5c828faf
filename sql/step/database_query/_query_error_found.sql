-- drop: function pbdb._query_error_found(text, text)
--
-- Planning computes what is constant, with null for each parameter, so what it raises need not be
-- raised when values are bound. Parsing computes nothing: what it raises stays.
create or replace function pbdb._query_error_found(
    p_query text, p_mode text, out error_code text, out message text
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_writes boolean;
begin
    foreach error_code in array array['planned', 'parsed'] loop
        begin
            v_writes := pbdb._explain_as_tenant(p_query, error_code = 'planned');
            raise exception using errcode = 'QUNDO', message = 'a check leaves nothing behind';
        exception
            when sqlstate 'QUNDO' then
                exit;
            when others then
                if pbdb._aborts_the_turn(sqlstate) and left(sqlstate, 2) <> 'XX' then
                    raise;
                end if;
                if left(sqlstate, 2) in ('42', '3F', 'PB') or error_code = 'parsed' then
                    error_code := sqlstate;
                    message := sqlerrm;
                    return;
                end if;
        end;
    end loop;
    error_code := case when v_writes and p_mode = 'read' then '25006' end;
    message := case when error_code is not null then 'it writes or locks rows in mode read' end;
end;
$fn$;

comment on function pbdb._query_error_found(text, text) is
'The SQLSTATE and message of what PostgreSQL has against a statement in this mode, whatever is '
'bound to it; nulls when it has nothing. It is not run.';

revoke execute on function pbdb._query_error_found(text, text) from public;
