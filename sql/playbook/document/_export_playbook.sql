-- drop: function pbdb._export_playbook(uuid)
create or replace function pbdb._export_playbook(p_playbook_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_document jsonb;
begin
    select pbdb._without_nulls(jsonb_build_object(
        'name', playbook.name, 'description', playbook.description, 'version', playbook.version,
        'tags', nullif(to_jsonb(playbook.tags), '[]'), 'category', playbook.category,
        'agent_id', playbook.agent_id,
        'input_schema', nullif(playbook.input_schema, '{}'),
        'output_schema', nullif(playbook.output_schema, '{}'),
        'output_mapping', playbook.output_mapping,
        'timeout_seconds', nullif(playbook.timeout_seconds, 3600),
        'max_retries', nullif(playbook.max_retries, 3),
        'retry_delay_seconds', nullif(playbook.retry_delay_seconds, 30),
        'metadata', nullif(playbook.metadata, '{}'),
        'steps', pbdb._export_steps(p_playbook_id, null, null, true)
    )) into v_document
    from pbdb.playbooks as playbook
    where playbook.id = p_playbook_id;

    if not exists (
        select
        from pbdb._document_steps(v_document) as walked
        where walked.step_order <> walked.natural_order
    ) then
        v_document := v_document
            || jsonb_build_object('steps', pbdb._export_steps(p_playbook_id, null, null, false));
    end if;
    return v_document;
end;
$fn$;

comment on function pbdb._export_playbook(uuid) is
'The canonical document of a playbook: defaults left out, steps in order, and their numbers only '
'where they differ from depth-first numbering.';

revoke execute on function pbdb._export_playbook(uuid) from public;
