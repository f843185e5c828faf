-- drop: function pbdb._with_template(uuid, pbdb.playbook_step_type, jsonb)
--
-- A template that is only named is read here, once: an execution must not change its prompts
-- because somebody stored a new version meanwhile.
create or replace function pbdb._with_template(
    p_organization_id uuid, p_type pbdb.playbook_step_type, p_config jsonb
)
returns jsonb
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when (template.found).id is null then p_config
        else (template.found).options || p_config || jsonb_build_object(
            case
                when p_type = 'PROMPT_TEMPLATE' then 'template'
                when jsonb_typeof((template.found).template) = 'array' then 'messages'
                else 'prompt'
            end,
            (template.found).template
        )
    end
    from (
        select case
            when p_type in ('PROMPT_TEMPLATE', 'AGENT_EXECUTION')
                and not p_config ?| '{template,prompt,messages}'
                then pbdb._find_template(
                    p_organization_id, p_config ->> 'template_name',
                    case
                        when jsonb_typeof(p_config -> 'template_version') = 'number'
                            then (p_config ->> 'template_version')::numeric::int
                    end
                )
        end as found
    ) as template;
end;

comment on function pbdb._with_template(uuid, pbdb.playbook_step_type, jsonb) is
'The config of a step with the prompt template that it names put in, with its options: as the '
'template, or as the prompt or messages of an agent.';

revoke execute on function pbdb._with_template(uuid, pbdb.playbook_step_type, jsonb) from public;
