-- drop: function pbdb.apply_playbook(jsonb, text)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- What the document means is only comparable once it is rows, so the draft is written first and
-- taken back when nothing changed; the lock on the name makes two applies of one document write
-- one version.
create or replace function pbdb.apply_playbook(p_document jsonb, p_source text default null)
returns table (playbook_id uuid, version int, changed boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_organization_id uuid := pbdb.require_organization();
    v_draft_id uuid := pbdb.import_playbook(p_document);
    v_draft pbdb.playbooks := pbdb._find_playbook(v_draft_id);
    v_active pbdb.playbooks;
begin
    perform pbdb._check_source(p_source);
    select playbook.* into v_active
    from pbdb.playbooks as playbook
    where
        playbook.organization_id = v_organization_id
        and playbook.name = v_draft.name
        and playbook.status = 'ACTIVE'
    order by playbook.version desc
    limit 1;

    if v_active.definition_hash = pbdb._definition_hash(v_draft_id) then
        delete from pbdb.playbooks as playbook
        where playbook.organization_id = v_organization_id and playbook.id = v_draft_id;

        return query select v_active.id, v_active.version, false;
    else
        perform pbdb._keep_source(v_organization_id, v_draft_id, p_source);
        perform pbdb.activate_playbook(v_draft_id);

        return query select v_draft_id, v_draft.version, true;
    end if;
end;
$fn$;

comment on function pbdb.apply_playbook(jsonb, text) is
'Imports, validates and activates a document; when the newest ACTIVE version has the same '
'content, nothing changes and that version is returned with changed = false. Two sessions that '
'apply the same document make one version. p_source, the text that the document was written in (at '
'most 1 MiB), is kept with a new version. Raises PB001, PB009, PB010, PB014.';

revoke execute on function pbdb.apply_playbook(jsonb, text) from public;
grant execute on function pbdb.apply_playbook(jsonb, text) to pbdb_app;
