-- drop: function pbdb.import_playbook(jsonb)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
create or replace function pbdb.import_playbook(p_document jsonb)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_document jsonb;
    v_playbook_id uuid;
begin
    perform pbdb._check_document(p_document);

    v_document := pbdb._without_nulls(p_document);
    -- A loop, because another session may be importing the same name: the key makes this one wait
    -- for it and then take the next version. No lock that a query could hold is needed.
    loop
        insert into pbdb.playbooks (
            organization_id, name, description, version, tags, category, agent_id, input_schema,
            output_schema, output_mapping, timeout_seconds, max_retries, retry_delay_seconds,
            metadata
        )
        select
            v_organization_id,
            v_document ->> 'name',
            v_document ->> 'description',
            greatest(
                coalesce(max(playbook.version), 0) + 1, (v_document ->> 'version')::numeric::int
            ),
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
        from pbdb.playbooks as playbook
        where
            playbook.organization_id = v_organization_id
            and playbook.name = v_document ->> 'name'
        on conflict (organization_id, name, version) do nothing
        returning id into v_playbook_id;
        exit when found;
    end loop;

    perform pbdb._insert_steps(v_organization_id, v_playbook_id, v_document);

    return v_playbook_id;
end;
$fn$;

comment on function pbdb.import_playbook(jsonb) is
'Writes a playbook document as a new DRAFT version and returns its id. The version is the '
'document''s when that is higher than every existing one, else the next. Raises PB001 without a '
'tenant, PB009 when the document is malformed (where, what, what to do; all places in the '
'detail).';

revoke execute on function pbdb.import_playbook(jsonb) from public;
grant execute on function pbdb.import_playbook(jsonb) to pbdb_app;
