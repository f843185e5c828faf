-- drop: function pbdb._step_kind(pbdb.playbook_step_type, jsonb)
create or replace function pbdb._step_kind(p_type pbdb.playbook_step_type, p_config jsonb)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        when p_type = 'CUSTOM_FUNCTION' and jsonb_typeof(p_config -> 'playbook') = 'string'
            then 'child'
        else facts.kind
    end
    from pbdb.step_types() as facts
    where facts.step_type = p_type;
end;

comment on function pbdb._step_kind(pbdb.playbook_step_type, jsonb) is
'How the engine treats a step: as pbdb.step_types() says of its type, or child (a CUSTOM_FUNCTION '
'that names a playbook).';

revoke execute on function pbdb._step_kind(pbdb.playbook_step_type, jsonb) from public;
