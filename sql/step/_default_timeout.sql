-- drop: function pbdb._default_timeout(pbdb.playbook_step_type)
create or replace function pbdb._default_timeout(p_type pbdb.playbook_step_type)
returns int
language sql
immutable
parallel safe
security invoker
begin atomic
    select case p_type
        when 'AGENT_EXECUTION' then 600
        when 'API_CALL' then 30
        when 'DATABASE_QUERY' then 60
        when 'WAIT_FOR_INPUT' then null
        else 300
    end;
end;

comment on function pbdb._default_timeout(pbdb.playbook_step_type) is
'Seconds that a step without a timeout of its own may take; null (WAIT_FOR_INPUT) is no limit.';

revoke execute on function pbdb._default_timeout(pbdb.playbook_step_type) from public;
