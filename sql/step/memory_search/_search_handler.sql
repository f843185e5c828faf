-- drop: function pbdb._search_handler(jsonb)
create or replace function pbdb._search_handler(p_config jsonb)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        when p_config ? 'embedding' or p_config ->> 'mode' = 'text' then 'MEMORY_SEARCH'
        else 'MEMORY_SEARCH:@embed'
    end;
end;

comment on function pbdb._search_handler(jsonb) is
'The handler key of a MEMORY_SEARCH step: @embed when a runner must make a vector of its text '
'first.';

revoke execute on function pbdb._search_handler(jsonb) from public;
