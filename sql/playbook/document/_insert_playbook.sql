-- drop: function pbdb._insert_playbook(uuid, jsonb, integer)
create or replace function pbdb._insert_playbook(
    p_organization_id uuid, p_document jsonb, p_version int
)
returns uuid
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_document jsonb := pbdb._without_nulls(p_document);
    v_playbook_id uuid;
begin
    insert into pbdb.playbooks (
        organization_id, name, description, version, tags, category, agent_id, input_schema,
        output_schema, output_mapping, timeout_seconds, max_retries, retry_delay_seconds, metadata
    )
    values (
        p_organization_id,
        v_document ->> 'name',
        v_document ->> 'description',
        p_version,
        array(select jsonb_array_elements_text(v_document -> 'tags')),
        v_document ->> 'category',
        (v_document ->> 'agent_id')::uuid,
        coalesce(v_document -> 'input_schema', '{}'),
        coalesce(v_document -> 'output_schema', '{}'),
        v_document -> 'output_mapping',
        coalesce((v_document ->> 'timeout_seconds')::numeric::int, 3600),
        coalesce((v_document ->> 'max_retries')::numeric::int, 3),
        coalesce((v_document ->> 'retry_delay_seconds')::numeric::int, 30),
        coalesce(v_document -> 'metadata', '{}')
    )
    on conflict (organization_id, name, version) do nothing
    returning id into v_playbook_id;

    if v_playbook_id is not null then
        perform pbdb._insert_steps(p_organization_id, v_playbook_id, v_document);
    end if;
    return v_playbook_id;
end;
$fn$;

comment on function pbdb._insert_playbook(uuid, jsonb, int) is
'Writes a checked document as a DRAFT of this version; its id, or null when that version exists. '
'Waits for a session that is writing the same version.';

revoke execute on function pbdb._insert_playbook(uuid, jsonb, int) from public;
