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
    cross join lateral (
        select 'condition', 'condition', step.condition
        union all
        select 'input_mapping', 'mapping', step.input_mapping
        union all
        select rtrim('config.' || inside.path, '.'), inside.kind, inside.value
        from pbdb._config_expressions(
            step.step_type,
            pbdb._program_config(step.organization_id, step.step_type, step.config)
        ) as inside
    ) as part (path, kind, value)
    where step.playbook_id = p_playbook_id and part.value is not null
    union all
    select null, 'output_mapping', 'mapping', playbook.output_mapping
    from pbdb.playbooks as playbook
    where playbook.id = p_playbook_id and playbook.output_mapping is not null;
end;

comment on function pbdb._playbook_expressions(uuid) is
'Every value in a playbook that holds expressions: the step (null: output_mapping), its place and'
' how it is read.';

revoke execute on function pbdb._playbook_expressions(uuid) from public;
