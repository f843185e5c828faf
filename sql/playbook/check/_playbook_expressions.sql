-- drop: function pbdb._playbook_expressions(uuid)
create or replace function pbdb._playbook_expressions(p_playbook_id uuid)
returns table (step_id uuid, path text, kind text, value jsonb)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select step.id, part.path, part.kind, part.value
    from pbdb.playbook_steps as step
    cross join lateral (values
        ('condition', 'condition', step.condition),
        ('input_mapping', 'mapping', step.input_mapping),
        ('input_schema', 'schema', step.input_schema),
        ('output_schema', 'schema', step.output_schema)
    ) as part (path, kind, value)
    where step.playbook_id = p_playbook_id and part.value is not null
    union all
    select
        steps.ids[inside.n], rtrim('config.' || inside.path, '.'), inside.kind, inside.value
    from (
        select
            array_agg(step.id order by step.step_order) as ids,
            array_agg(step.step_type order by step.step_order) as types,
            array_agg(
                pbdb._with_template(step.organization_id, step.step_type, step.config)
                order by step.step_order
            ) as configs
        from pbdb.playbook_steps as step
        where step.playbook_id = p_playbook_id
    ) as steps
    cross join lateral pbdb._config_expressions(steps.types, steps.configs) as inside
    union all
    select null, part.path, part.kind, part.value
    from pbdb.playbooks as playbook
    cross join lateral (values
        ('output_mapping', 'mapping', playbook.output_mapping),
        ('input_schema', 'schema', playbook.input_schema),
        ('output_schema', 'schema', playbook.output_schema)
    ) as part (path, kind, value)
    where playbook.id = p_playbook_id and part.value is not null;
end;

comment on function pbdb._playbook_expressions(uuid) is
'Every value in a playbook that holds expressions or a JSON Schema: the step (null: the playbook '
'itself), its place and how it is read (schema for a JSON Schema).';

revoke execute on function pbdb._playbook_expressions(uuid) from public;
