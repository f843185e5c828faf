-- drop: function pbdb._compile_playbook(uuid)
create or replace function pbdb._compile_playbook(p_playbook_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_playbook pbdb.playbooks;
    v_steps jsonb[];
    v_sources jsonb[];
    v_output_sources jsonb;
    v_read text[];
begin
    select playbook.* into strict v_playbook
    from pbdb.playbooks as playbook
    where playbook.id = p_playbook_id;

    with steps as materialized (
        select compiled.* from pbdb._compile_steps(p_playbook_id) as compiled
    ),

    names as (
        select jsonb_object_agg(known.name, steps.i) as indexes
        from steps
        cross join lateral (
            values
            (format('step_%s_output', steps.step ->> 'order')),
            ('steps.' || (steps.step ->> 'name'))
        ) as known (name)
    )

    select
        array_agg(steps.step order by steps.i),
        array_agg(pbdb._step_sources(steps.reads, names.indexes) order by steps.i),
        pbdb._step_sources(
            pbdb._names_read(v_playbook.output_mapping), (select names.indexes from names)
        )
    into v_steps, v_sources, v_output_sources
    from steps
    cross join names;

    select array_agg(distinct source.value ->> 1) into v_read
    from unnest(v_sources || v_output_sources) as sources (value)
    cross join lateral jsonb_array_elements(sources.value) as source (value);

    return jsonb_build_object(
        'playbook_id', v_playbook.id, 'name', v_playbook.name, 'version', v_playbook.version,
        'input_schema', nullif(v_playbook.input_schema, '{}'),
        'has_defaults', v_playbook.input_schema @? '$.**.properties.*.default',
        'output_schema', nullif(v_playbook.output_schema, '{}'),
        'output_mapping', v_playbook.output_mapping, 'output_sources', v_output_sources,
        'timeout_seconds', v_playbook.timeout_seconds,
        'total_steps', coalesce(cardinality(v_steps), 0)
    ) || (
        select jsonb_build_object(
            'first', min((step.step ->> 'i')::int) filter (where not step.step ? 'scope'),
            'has_wait', coalesce(bool_or(step.step ->> 'kind' = 'wait'), false),
            'has_child', coalesce(bool_or(step.step ->> 'kind' = 'child'), false),
            'steps', coalesce(jsonb_agg(step.step || jsonb_build_object(
                'sources', step.sources,
                'is_read', coalesce(step.step ->> 'i' = any(v_read), false)
            ) order by (step.step ->> 'i')::int), '[]')
        )
        from unnest(v_steps, v_sources) as step (step, sources)
    );
end;
$fn$;

comment on function pbdb._compile_playbook(uuid) is
'The program that the engine runs: everything it needs to know about a playbook in one value, '
'steps addressed by their index in step_order. Written to playbook_programs when the playbook is '
'activated.';

revoke execute on function pbdb._compile_playbook(uuid) from public;
