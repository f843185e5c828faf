-- drop: function pbdb._export_steps(uuid, uuid, text, boolean)
--
-- Recursive by nature: a step holds its branches, a branch its steps. import_playbook bounds the
-- depth, and a circle of parents (only rows written by hand can form one) is not reached from
-- the root.
create or replace function pbdb._export_steps(
    p_playbook_id uuid, p_parent_step_id uuid, p_branch text, p_is_numbered boolean
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return (
        select coalesce(jsonb_agg(pbdb._without_nulls(jsonb_build_object(
            'name', step.step_name, 'type', step.step_type, 'description', step.description,
            'order', case when p_is_numbered then step.step_order end,
            'config', nullif(step.config, '{}'), 'metadata', nullif(step.metadata, '{}'),
            'input_schema', nullif(step.input_schema, '{}'),
            'output_schema', nullif(step.output_schema, '{}'),
            'input_mapping', nullif(step.input_mapping, '{}'), 'condition', step.condition,
            'on_success', success.step_name, 'on_failure', failure.step_name,
            'is_final', nullif(step.is_final, false),
            'is_optional', nullif(step.is_optional, false),
            'timeout_seconds', step.timeout_seconds, 'max_retries', step.max_retries,
            'retry_delay_seconds', step.retry_delay_seconds,
            'max_visits', nullif(step.max_visits, 1000),
            'steps', case when inner_steps.has_body then inner_steps.branches -> 'item' end,
            'branches', case when not inner_steps.has_body then inner_steps.branches end
        )) order by step.step_order), '[]')
        from pbdb.playbook_steps as step
        left join pbdb.playbook_steps as success on step.on_success_step_id = success.id
        left join pbdb.playbook_steps as failure on step.on_failure_step_id = failure.id
        cross join lateral (
            select
                jsonb_object_agg(branch.name, pbdb._export_steps(
                    p_playbook_id, step.id, branch.name, p_is_numbered
                )) as branches,
                step.config ? 'for_each' and bool_and(branch.name = 'item') as has_body
            from (
                select distinct child.branch as name
                from pbdb.playbook_steps as child
                where child.playbook_id = p_playbook_id and child.parent_step_id = step.id
            ) as branch
        ) as inner_steps
        where
            step.playbook_id = p_playbook_id
            and step.parent_step_id is not distinct from p_parent_step_id
            and step.branch is not distinct from p_branch
    );
end;
$fn$;

comment on function pbdb._export_steps(uuid, uuid, text, boolean) is
'The steps of one scope of a playbook as a document writes them, with their order or without; '
'defaults are left out.';

revoke execute on function pbdb._export_steps(uuid, uuid, text, boolean) from public;
