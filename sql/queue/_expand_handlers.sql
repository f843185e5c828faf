-- drop: function pbdb._expand_handlers(text[])
create or replace function pbdb._expand_handlers(p_handlers text[])
returns text[]
language sql
stable
security invoker
begin atomic
select array(
    select unnest(p_handlers)
    union
    select q.handler
    from unnest(p_handlers) as h (step_type)
    inner join pbdb.playbook_ready_steps as q
        on q.handler > h.step_type || ':' and q.handler < h.step_type || ';' and q.state = 'READY'
    where h.step_type in ('AGENT_EXECUTION', 'CUSTOM_FUNCTION')
);
end;

comment on function pbdb._expand_handlers(text[]) is
'The handler keys with a bare AGENT_EXECUTION or CUSTOM_FUNCTION replaced by every queued key of '
'that type.';

revoke execute on function pbdb._expand_handlers(text[]) from public;
