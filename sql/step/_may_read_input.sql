-- drop: function pbdb._may_read_input(pbdb.playbook_step_type, text, jsonb)
create or replace function pbdb._may_read_input(
    p_type pbdb.playbook_step_type, p_kind text, p_config jsonb
)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        when p_type = 'DATA_TRANSFORM' then p_config - 'output' <> '{}'
        when p_kind = 'claimed' then pbdb._dynamic_keys(p_type, p_config) is not null
        else true
    end;
end;

comment on function pbdb._may_read_input(pbdb.playbook_step_type, text, jsonb) is
'Whether the work of a step may look at the execution''s input though no expression of it says '
'$input: names and fields are looked up there too.';

revoke execute on function pbdb._may_read_input(pbdb.playbook_step_type, text, jsonb) from public;
