-- drop: function pbdb._map_output(pbdb.run, jsonb)
create or replace function pbdb._map_output(p_run pbdb.run, p_program jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_effect pbdb.step_effect;
    v_step jsonb := jsonb_build_object(
        'kind', 'inline', 'type', 'DATA_TRANSFORM', 'sources', p_program -> 'output_sources',
        'reads_execution', true,
        'config', jsonb_build_object('output', p_program -> 'output_mapping')
    );
begin
    v_effect := pbdb._evaluate_step(
        v_step, pbdb._variables(p_run, p_program, v_step, null, null), p_run.input,
        clock_timestamp(), p_run.organization_id, p_run.depth
    );
    if v_effect.status = 'FAILED' then
        return jsonb_build_object('error', jsonb_build_object(
            'code', v_effect.error_code,
            'message', 'output_mapping: ' || v_effect.error_message
        ));
    end if;
    return jsonb_build_object('output', v_effect.output);
end;
$fn$;

comment on function pbdb._map_output(pbdb.run, jsonb) is
'{output} by the playbook''s output_mapping, or {error}.';

revoke execute on function pbdb._map_output(pbdb.run, jsonb) from public;
