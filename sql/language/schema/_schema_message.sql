-- drop: function pbdb._schema_message(text, jsonb)
create or replace function pbdb._schema_message(p_what text, p_errors jsonb)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
select
    format('the %s does not fit its schema: ', p_what)
    || string_agg(
        coalesce(nullif(e.value ->> 'path', ''), '(root)') || ': ' || (e.value ->> 'message'),
        '; '
    )
from jsonb_array_elements(p_errors) as e;
end;

comment on function pbdb._schema_message(text, jsonb) is
'One sentence of what _schema_errors found, for people.';

revoke execute on function pbdb._schema_message(text, jsonb) from public;
