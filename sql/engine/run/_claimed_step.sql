-- drop: function pbdb._claimed_step(uuid, uuid, uuid, uuid, uuid, uuid, int, int, jsonb, jsonb, jsonb, text, int, timestamptz, timestamptz, text, jsonb, int)
create or replace function pbdb._claimed_step(
    p_result_id uuid,
    p_token uuid,
    p_organization_id uuid,
    p_execution_id uuid,
    p_step_id uuid,
    p_scope_id uuid,
    p_attempt_number int,
    p_visit int,
    p_input jsonb,
    p_execution_input jsonb,
    p_request jsonb,
    p_handler text,
    p_timeout_seconds int,
    p_deadline_at timestamptz,
    p_lease_expires_at timestamptz,
    p_execution_name text,
    p_program jsonb,
    p_step_index int
)
returns setof pbdb.claimed_step
language sql
stable
security invoker
begin atomic
select
    p_result_id, p_token, p_organization_id, p_execution_id, p_step_id, d.step ->> 'name',
    (d.step ->> 'type')::pbdb.playbook_step_type, p_handler, p_attempt_number, p_visit,
    (d.step ->> 'max_attempts')::int, (d.step -> 'config') || coalesce(p_request, '{}'),
    case
        -- What it is asked is in its config; the rest of an input is nothing for a provider to see.
        when p_handler in ('AGENT_EXECUTION:@model', 'AGENT_EXECUTION:assistant')
            and not d.step ? 'mapping'
            and d.step -> 'config' ?| array['prompt', 'messages']
            then null
        when d.step ? 'mapping' then p_input
        else coalesce(p_input, p_execution_input)
    end,
    nullif(d.step -> 'output_schema', 'null'), p_timeout_seconds, p_deadline_at,
    p_lease_expires_at, pbdb._effect_key(p_execution_id, p_step_id, p_scope_id, p_visit),
    p_program ->> 'name', p_execution_name,
    case
        when p_handler = 'AGENT_EXECUTION:@model'
            then pbdb._agent_of(p_organization_id, d.step)
    end
from (select p_program -> 'steps' -> p_step_index as step) as d;
end;

comment on function pbdb._claimed_step(
    uuid, uuid, uuid, uuid, uuid, uuid, int, int, jsonb, jsonb, jsonb, text, int, timestamptz,
    timestamptz, text, jsonb, int
) is
'What a runner gets for a leased attempt: the row''s own values with the step''s definition from '
'its program. An input that the row does not repeat is the execution''s.';

revoke execute on function pbdb._claimed_step(
    uuid, uuid, uuid, uuid, uuid, uuid, int, int, jsonb, jsonb, jsonb, text, int, timestamptz,
    timestamptz, text, jsonb, int
) from public;
