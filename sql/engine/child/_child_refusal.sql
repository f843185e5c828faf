-- drop: function pbdb._child_refusal(pbdb.run, jsonb, jsonb, jsonb)
create or replace function pbdb._child_refusal(
    p_run pbdb.run, p_program jsonb, p_config jsonb, p_input jsonb
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_run.depth >= 16 then
        return jsonb_build_object(
            'code', 'CHILD_FAILED', 'permanent', true,
            'message', 'playbooks call each other more than 16 deep'
        );
    elsif p_program is null then
        return jsonb_build_object(
            'code', 'CHILD_FAILED', 'permanent', true, 'message', format(
                'there is no ACTIVE playbook "%s"%s', p_config ->> 'playbook',
                coalesce(' version ' || (p_config ->> 'version'), '')
            )
        );
    elsif jsonb_typeof(p_program -> 'input_schema') = 'object'
        and pbdb._schema_errors(p_program -> 'input_schema', p_input) <> '[]' then
        return jsonb_build_object(
            'code', 'INPUT_INVALID', 'permanent', true, 'message', pbdb._schema_message(
                'child playbook''s input',
                pbdb._schema_errors(p_program -> 'input_schema', p_input)
            )
        );
    end if;
    return null;
end;
$fn$;

comment on function pbdb._child_refusal(pbdb.run, jsonb, jsonb, jsonb) is
'Why a step cannot start the playbook that it names, as an error: too deep, none ACTIVE, or an '
'input that does not fit; null when it can.';

revoke execute on function pbdb._child_refusal(pbdb.run, jsonb, jsonb, jsonb) from public;
