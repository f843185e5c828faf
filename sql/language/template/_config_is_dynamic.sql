-- drop: function pbdb._config_is_dynamic(jsonb, text[])
create or replace function pbdb._config_is_dynamic(p_config jsonb, p_keys text[])
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_key text;
begin
    foreach v_key in array p_keys loop
        if p_config -> v_key @? 'strict $.** ? (@ starts with "$" || @ like_regex "\\{")' then
            return true;
        end if;
    end loop;
    return false;
end;
$fn$;

comment on function pbdb._config_is_dynamic(jsonb, text[]) is
'Whether a value under one of the keys holds a path or may hold a template, so that it must be '
'resolved before each run; a brace too many only costs time.';

revoke execute on function pbdb._config_is_dynamic(jsonb, text[]) from public;
