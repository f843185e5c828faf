-- drop: function pbdb._always_leads(pbdb.playbook_step_type, jsonb)
create or replace function pbdb._always_leads(
    p_type pbdb.playbook_step_type, p_config jsonb
)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select case p_type
        when 'CONDITIONAL_BRANCH'
            then pbdb._branch_always_leads(pbdb._canonical_config(p_type, p_config))
        else false
    end;
end;

comment on function pbdb._always_leads(pbdb.playbook_step_type, jsonb) is
'Whether a step names the one that comes next whatever happens, so that its own next step is never '
'taken.';

revoke execute on function pbdb._always_leads(pbdb.playbook_step_type, jsonb) from public;
