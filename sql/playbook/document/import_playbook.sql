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
    v_playbook_id uuid;
begin
    perform pbdb._check_document(p_document);

    -- A loop, because another session may be importing the same name: the key makes this one wait
    -- for it and then take the next version. No lock that a query could hold is needed.
    loop
        v_playbook_id := pbdb._insert_playbook(
            v_organization_id, p_document, pbdb._next_version(v_organization_id, p_document)
        );
        exit when v_playbook_id is not null;
    end loop;
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
