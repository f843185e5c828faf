-- drop: function pbdb._insert_steps(uuid, uuid, jsonb)
--
-- One statement: links may point forward, and foreign keys are checked when it ends.
create or replace function pbdb._insert_steps(
    p_organization_id uuid, p_playbook_id uuid, p_document jsonb
)
returns void
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with steps as materialized (
        select
            walked.path,
            walked.parent_path,
            walked.branch,
            walked.step_order,
            pbdb.uuid_v7() as id,
            pbdb._without_nulls(walked.step) as step
        from pbdb._document_steps(p_document) as walked
    )

    insert into pbdb.playbook_steps (
        id, organization_id, playbook_id, parent_step_id, branch, step_name, step_type, step_order,
        description, config, input_schema, output_schema, input_mapping, condition,
        on_success_step_id, on_failure_step_id, is_final, timeout_seconds, max_retries,
        retry_delay_seconds, max_visits, is_optional, metadata
    )
    select
        step.id,
        p_organization_id,
        p_playbook_id,
        parent.id,
        step.branch,
        step.step ->> 'name',
        (step.step ->> 'type')::pbdb.playbook_step_type,
        step.step_order,
        step.step ->> 'description',
        coalesce(step.step -> 'config', '{}'),
        coalesce(step.step -> 'input_schema', '{}'),
        coalesce(step.step -> 'output_schema', '{}'),
        coalesce(step.step -> 'input_mapping', '{}'),
        step.step -> 'condition',
        success.id,
        failure.id,
        coalesce((step.step ->> 'is_final')::boolean, false),
        (step.step ->> 'timeout_seconds')::numeric::int,
        (step.step ->> 'max_retries')::numeric::int,
        (step.step ->> 'retry_delay_seconds')::numeric::int,
        coalesce((step.step ->> 'max_visits')::numeric::int, 1000),
        coalesce((step.step ->> 'is_optional')::boolean, false),
        coalesce(step.step -> 'metadata', '{}')
    from steps as step
    left join steps as parent on step.parent_path = parent.path
    left join steps as success on step.step ->> 'on_success' = success.step ->> 'name'
    left join steps as failure on step.step ->> 'on_failure' = failure.step ->> 'name'
    order by step.step_order;
end;

comment on function pbdb._insert_steps(uuid, uuid, jsonb) is
'Writes the steps of a checked document as rows of a playbook.';

revoke execute on function pbdb._insert_steps(uuid, uuid, jsonb) from public;
