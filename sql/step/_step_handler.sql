-- drop: function pbdb._step_handler(uuid, pbdb.playbook_step_type, jsonb)
create or replace function pbdb._step_handler(
    p_organization_id uuid, p_type pbdb.playbook_step_type, p_config jsonb
)
returns text
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when pbdb._step_kind(p_type, p_config) <> 'claimed' then null
        when p_type = 'AGENT_EXECUTION' then pbdb._agent_handler(p_organization_id, p_config)
        when p_type = 'MEMORY_SEARCH' then pbdb._search_handler(p_config)
        when p_type = 'CUSTOM_FUNCTION' then pbdb._function_handler(p_config)
        else concat_ws(':', p_type, p_config ->> facts.handler_key)
    end
    from pbdb.step_types() as facts
    where facts.step_type = p_type;
end;

comment on function pbdb._step_handler(uuid, pbdb.playbook_step_type, jsonb) is
'The handler key that a runner must offer to claim a step with this canonical config; null when '
'the engine runs it without claiming.';

revoke execute on function pbdb._step_handler(uuid, pbdb.playbook_step_type, jsonb) from public;
