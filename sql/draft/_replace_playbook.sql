-- drop: function pbdb._replace_playbook(pbdb.playbooks, jsonb)
create or replace function pbdb._replace_playbook(p_draft pbdb.playbooks, p_document jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_document jsonb := pbdb._without_nulls(p_document);
    v_asked int := (v_document ->> 'version')::numeric::int;
    v_highest int := (
        select coalesce(max(o.version), 0)
        from pbdb.playbooks as o
        where
            o.organization_id = p_draft.organization_id
            and o.name = p_draft.name
            and o.id <> p_draft.id
    );
begin
    update pbdb.playbooks as p
    set
        description = v_document ->> 'description',
        version = greatest(
            case when p.version > v_highest then p.version else v_highest + 1 end,
            case when v_asked > v_highest then v_asked end
        ),
        tags = array(select jsonb_array_elements_text(v_document -> 'tags')),
        category = v_document ->> 'category',
        agent_id = (v_document ->> 'agent_id')::uuid,
        input_schema = coalesce(v_document -> 'input_schema', '{}'),
        output_schema = coalesce(v_document -> 'output_schema', '{}'),
        output_mapping = v_document -> 'output_mapping',
        timeout_seconds = coalesce((v_document ->> 'timeout_seconds')::numeric::int, 3600),
        max_retries = coalesce((v_document ->> 'max_retries')::numeric::int, 3),
        retry_delay_seconds = coalesce((v_document ->> 'retry_delay_seconds')::numeric::int, 30),
        metadata = coalesce(v_document -> 'metadata', '{}')
    where p.organization_id = p_draft.organization_id and p.id = p_draft.id;

    delete from pbdb.playbook_steps as s
    where s.organization_id = p_draft.organization_id and s.playbook_id = p_draft.id;

    perform pbdb._insert_steps(p_draft.organization_id, p_draft.id, v_document);
end;
$fn$;

comment on function pbdb._replace_playbook(pbdb.playbooks, jsonb) is
'Writes a checked document over a DRAFT, which keeps its id. Its version is above all others of '
'its name, and higher when the document asks for that.';

revoke execute on function pbdb._replace_playbook(pbdb.playbooks, jsonb) from public;
