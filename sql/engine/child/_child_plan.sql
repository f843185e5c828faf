-- drop: function pbdb._child_plan(uuid, int, jsonb, jsonb)
create or replace function pbdb._child_plan(
    p_organization_id uuid, p_depth int, p_config jsonb, p_input jsonb
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_program jsonb;
    v_errors jsonb;
    v_problem text;
begin
    if p_depth >= 16 then
        v_problem := 'playbooks call each other more than 16 deep';
    elsif jsonb_typeof(p_config -> 'playbook') is distinct from 'string'
        or not pg_input_is_valid(coalesce(p_config ->> 'version', '1'), 'int') then
        return jsonb_build_object('error', jsonb_build_object(
            'code', 'CONFIG_INVALID', 'message', format(
                'playbook %s, version %s is not the name and version of a playbook',
                left((p_config -> 'playbook')::text, 200), left(p_config ->> 'version', 200)
            )
        ));
    else
        v_program := pbdb._program_by_name(
            p_organization_id, p_config ->> 'playbook', (p_config ->> 'version')::int
        );
        if v_program is null then
            v_problem := format(
                'there is no ACTIVE playbook "%s"%s', left(p_config ->> 'playbook', 500),
                coalesce(' version ' || (p_config ->> 'version'), '')
            );
        elsif jsonb_typeof(v_program -> 'input_schema') = 'object' then
            v_errors := pbdb._schema_errors(
                v_program -> 'input_schema', pbdb._filled_input(v_program, p_input)
            );
            if v_errors <> '[]' then
                return jsonb_build_object('error', jsonb_build_object(
                    'code', 'INPUT_INVALID',
                    'message', pbdb._schema_message('child playbook''s input', v_errors)
                ));
            end if;
        end if;
    end if;
    if v_problem is not null then
        return jsonb_build_object('error', jsonb_build_object(
            'code', 'CHILD_FAILED', 'message', v_problem
        ));
    end if;
    return jsonb_build_object('playbook_id', v_program -> 'playbook_id');
end;
$fn$;

comment on function pbdb._child_plan(uuid, int, jsonb, jsonb) is
'{playbook_id} of the playbook that a step calls, or {error}: too deep, none ACTIVE, no name, or '
'an input that does not fit.';

revoke execute on function pbdb._child_plan(uuid, int, jsonb, jsonb) from public;
