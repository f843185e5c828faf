-- drop: function pbdb._plan_step(pbdb.step_effect, jsonb, jsonb, timestamptz, uuid, int)
create or replace function pbdb._plan_step(
    p_effect pbdb.step_effect,
    p_step jsonb,
    p_variables jsonb,
    p_began_at timestamptz,
    p_organization_id uuid,
    p_depth int
)
returns pbdb.step_effect
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_config jsonb := (p_step -> 'config') || coalesce(p_effect.request, '{}');
begin
    p_effect.plan := case p_step ->> 'kind'
        when 'wait' then pbdb._wait_plan(p_step, v_config, p_began_at)
        when 'parallel' then pbdb._join_plan(p_step, p_effect.input, p_variables)
        when 'child' then pbdb._child_plan(
            p_organization_id, p_depth, v_config, pbdb._call_input(v_config, p_effect.input)
        )
    end;
    p_effect.request := coalesce(nullif(p_effect.plan -> 'request', 'null'), p_effect.request);
    if p_effect.plan ? 'error' then
        p_effect.status := 'FAILED';
        p_effect.error_code := p_effect.plan -> 'error' ->> 'code';
        p_effect.error_message := p_effect.plan -> 'error' ->> 'message';
    end if;
    return p_effect;
end;
$fn$;

comment on function pbdb._plan_step(
    pbdb.step_effect, jsonb, jsonb, timestamptz, uuid, int
) is
'The effect with what a wait, a join or a call of another playbook will be, read and checked '
'before anything of it is written; FAILED when it cannot be.';

revoke execute on function pbdb._plan_step(
    pbdb.step_effect, jsonb, jsonb, timestamptz, uuid, int
) from public;
