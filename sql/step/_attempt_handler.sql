-- drop: function pbdb._attempt_handler(jsonb, jsonb)
--
-- One expression, which the planner puts into its caller.
create or replace function pbdb._attempt_handler(p_step jsonb, p_request jsonb)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        -- A search by a vector that an expression gave needs no runner that can embed.
        when p_step ->> 'handler' = 'MEMORY_SEARCH:@embed' and p_request ? 'embedding'
            then 'MEMORY_SEARCH'
        else p_step ->> 'handler'
    end;
end;

comment on function pbdb._attempt_handler(jsonb, jsonb) is
'The handler key that one attempt of a compiled step waits for, once the expressions in its config '
'are resolved.';

revoke execute on function pbdb._attempt_handler(jsonb, jsonb) from public;
