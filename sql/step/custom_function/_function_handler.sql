-- drop: function pbdb._function_handler(jsonb)
create or replace function pbdb._function_handler(p_config jsonb)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select 'CUSTOM_FUNCTION:' || coalesce(
        p_config ->> 'function', '@' || coalesce(p_config ->> 'language', 'javascript')
    );
end;

comment on function pbdb._function_handler(jsonb) is
'The handler key of a CUSTOM_FUNCTION step: the name of the function, or @ and the language of its '
'code.';

revoke execute on function pbdb._function_handler(jsonb) from public;
