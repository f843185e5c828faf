-- drop: function pbdb._compile_steps(uuid)
--
-- Longer than a screen because it is one list of facts: what the engine may know about a step
-- without looking at a table. Values that users wrote stay outside jsonb_strip_nulls: a null of
-- theirs counts.
create or replace function pbdb._compile_steps(p_playbook_id uuid)
returns table (i int, id uuid, reads text[], step jsonb)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with numbered as materialized (
        select
            (row_number() over (order by step.step_order) - 1)::int as i,
            step.*,
            facts.output_member,
            pbdb._step_kind(step.step_type, whole.config) as kind,
            whole.config as whole_config,
            pbdb._names_read(jsonb_build_array(step.condition, step.input_mapping, whole.config))
            as reads
        from pbdb.playbook_steps as step
        inner join pbdb.step_types() as facts on step.step_type = facts.step_type
        cross join lateral (
            select pbdb._with_template(
                step.organization_id, step.step_type,
                pbdb._canonical_config(step.step_type, step.config)
            )
        ) as whole (config)
        where step.playbook_id = p_playbook_id
    ),

    edges as materialized (
        select
            edge.from_id,
            min(target.i) filter (where edge.kind = 'next') as next,
            min(target.i) filter (where edge.kind = 'failure') as failure,
            jsonb_object_agg(edge.written_as, target.i) filter (where edge.kind = 'target')
            as targets
        from pbdb._step_edges(p_playbook_id) as edge
        inner join numbered as target on edge.to_id = target.id
        group by edge.from_id
    ),

    branches as (
        select
            branch.parent_step_id,
            jsonb_agg(jsonb_build_object('name', branch.branch, 'first', branch.first)
                order by branch.first) as list,
            min(branch.first) as body
        from (
            select parent_step_id, branch, min(i) as first
            from numbered
            where parent_step_id is not null
            group by parent_step_id, branch
        ) as branch
        group by branch.parent_step_id
    )

    select
        step.i,
        step.id,
        step.reads,
        jsonb_strip_nulls(jsonb_build_object(
            'i', step.i, 'id', step.id, 'name', step.step_name, 'order', step.step_order,
            'type', step.step_type, 'kind', step.kind,
            'scope', (select parent.i from numbered as parent
                where parent.id = step.parent_step_id),
            'next', edges.next, 'failure', edges.failure, 'targets', edges.targets,
            'optional', step.is_optional,
            'max_attempts', coalesce(step.max_retries, playbook.max_retries) + 1,
            'retry_delay', coalesce(step.retry_delay_seconds, playbook.retry_delay_seconds),
            'timeout', pbdb._step_timeout(
                step.step_type, step.timeout_seconds, step.whole_config
            ),
            'max_visits', step.max_visits,
            'in_cycle', step.id in (select pbdb._steps_in_cycles(p_playbook_id)),
            'reads_execution', step.reads && '{execution,now}',
            'reads_outer', nullif('outer' = any(step.reads), false),
            -- Conditions with fields, and types that evaluate inside the database, may fall back
            -- to the input without naming it.
            'reads_input', 'input' = any(step.reads)
                or coalesce(jsonb_typeof(step.condition) in ('object', 'array'), false)
                or pbdb._may_read_input(step.step_type, step.kind, step.whole_config),
            'handler', pbdb._step_handler(step.organization_id, step.step_type, step.whole_config),
            'on_lost', case
                when step.kind = 'claimed' then pbdb._on_lost(step.step_type, step.whole_config)
            end,
            'output_member', step.output_member,
            'dynamic_keys', pbdb._dynamic_keys(step.step_type, step.whole_config),
            'branches', case
                when step.kind = 'parallel' and not step.whole_config ? 'for_each'
                    then branches.list
            end,
            'body', case
                when step.kind = 'parallel' and step.whole_config ? 'for_each' then branches.body
            end
        ))
        || jsonb_build_object('config', step.whole_config)
        || case
            when step.condition is null or step.condition = 'null' then '{}'
            else jsonb_build_object('condition', step.condition)
        end
        || case
            when step.input_mapping = '{}' then '{}'
            else jsonb_build_object('mapping', step.input_mapping)
        end
        || case
            when step.input_schema = '{}' then '{}'
            else jsonb_build_object('input_schema', step.input_schema)
        end
        || case
            when step.output_schema = '{}' then '{}'
            else jsonb_build_object('output_schema', step.output_schema)
        end
    from numbered as step
    inner join pbdb.playbooks as playbook on step.playbook_id = playbook.id
    left join branches on step.id = branches.parent_step_id
    left join edges on step.id = edges.from_id;
end;

comment on function pbdb._compile_steps(uuid) is
'The steps of a compiled program, without what depends on the other steps'' expressions: index, '
'id, the names that its expressions read, and the step as the engine reads it.';

revoke execute on function pbdb._compile_steps(uuid) from public;
