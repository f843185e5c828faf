-- drop: function pbdb._evaluate(text, jsonb)
create or replace function pbdb._evaluate(p_path text, p_variables jsonb)
returns jsonb
language sql
immutable
parallel safe
begin atomic
    select coalesce(pbdb._first_match(p_path, p_variables), 'null');
end;

comment on function pbdb._evaluate(text, jsonb) is
'The first match of an SQL/JSON path over the variables, or JSON null; never SQL null. Raises what '
'pbdb._first_match raises.';

revoke execute on function pbdb._evaluate(text, jsonb) from public;
