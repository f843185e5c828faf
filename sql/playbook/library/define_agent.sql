-- drop: function pbdb.define_agent(text, text, text, jsonb, text[], text, boolean, jsonb)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
create or replace function pbdb.define_agent(
    p_name text,
    p_model text,
    p_instructions text default null,
    p_parameters jsonb default '{}',
    p_tools text[] default '{}',
    p_description text default null,
    p_is_enabled boolean default true,
    p_metadata jsonb default '{}'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_agent_id uuid;
    v_secret text;
begin
    select issue.path into v_secret
    from pbdb._secret_issues(jsonb_build_object('parameters', p_parameters)) as issue
    limit 1;

    if btrim(coalesce(p_name, '')) = '' or length(p_name) > 255
        or btrim(coalesce(p_model, '')) = '' or length(p_model) > 255
        or jsonb_typeof(coalesce(p_parameters, '{}')) <> 'object'
        or jsonb_typeof(coalesce(p_metadata, '{}')) <> 'object'
        or v_secret is not null then
        raise exception using
            errcode = 'PB017',
            message = format('agent %s with model %s', to_jsonb(pbdb._shown(p_name)),
                to_jsonb(pbdb._shown(p_model)))
                || coalesce(': ' || replace(v_secret, 'config.', '') || ' looks like a secret', ''),
            hint = 'Give a name, a model, and parameters as an object; API keys belong in the '
                'runner''s environment.';
    end if;

    insert into pbdb.agents as agent (
        organization_id, name, model, instructions, parameters, tools, description, is_enabled,
        metadata
    )
    values (
        v_organization_id, p_name, p_model, p_instructions, coalesce(p_parameters, '{}'),
        coalesce(p_tools, '{}'), p_description, coalesce(p_is_enabled, true),
        coalesce(p_metadata, '{}')
    )
    on conflict on constraint agent_name_is_unique_in_an_organization do update
    set
        model = excluded.model, instructions = excluded.instructions,
        parameters = excluded.parameters, tools = excluded.tools,
        description = excluded.description, is_enabled = excluded.is_enabled,
        metadata = excluded.metadata
    returning agent.id into v_agent_id;

    perform pbdb._refresh_programs(v_organization_id, p_name);

    return v_agent_id;
end;
$fn$;

comment on function pbdb.define_agent(
    text, text, text, jsonb, text[], text, boolean, jsonb
) is
'Defines an agent or replaces its definition, and returns its id. Active playbooks that name it '
'use it from their next step on. Raises PB001, PB017 for a missing name or model and for what '
'looks like a secret.';

revoke execute on function pbdb.define_agent(
    text, text, text, jsonb, text[], text, boolean, jsonb
) from public;
grant execute on function pbdb.define_agent(
    text, text, text, jsonb, text[], text, boolean, jsonb
) to pbdb_app;
