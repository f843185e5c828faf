-- drop: function pbdb._step_kind(pbdb.playbook_step_type, jsonb)
create or replace function pbdb._step_kind(p_type pbdb.playbook_step_type, p_config jsonb)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        when p_type in ('DATA_TRANSFORM', 'CONDITIONAL_BRANCH', 'PROMPT_TEMPLATE') then 'inline'
        when p_type = 'PARALLEL_EXECUTION' then 'parallel'
        when p_type = 'WAIT_FOR_INPUT' then 'wait'
        when p_type = 'CUSTOM_FUNCTION' and jsonb_typeof(p_config -> 'playbook') = 'string'
            then 'child'
        else 'claimed'
    end;
end;

comment on function pbdb._step_kind(pbdb.playbook_step_type, jsonb) is
'How the engine treats a step: inline, claimed, parallel, wait or child (a CUSTOM_FUNCTION that '
'names a playbook).';

revoke execute on function pbdb._step_kind(pbdb.playbook_step_type, jsonb) from public;
