-- drop: function pbdb.save_draft(jsonb, text, text)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context. The
-- lock on the row makes two saves follow each other, or a save and an activation.
create or replace function pbdb.save_draft(
    p_document jsonb, p_source text default null, p_expected text default null
)
returns table (playbook_id uuid, version int, hash text, is_new boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_organization_id uuid := pbdb.require_organization();
    v_name text := p_document ->> 'name';
    v_draft pbdb.playbooks;
    v_id uuid;
begin
    perform pbdb._check_document(p_document);
    perform pbdb._check_source(p_source);

    -- A loop, because two sessions may save the first draft of a name: the second waits for the
    -- first and then finds its draft.
    loop
        select p.* into v_draft
        from pbdb.playbooks as p
        where p.organization_id = v_organization_id and p.name = v_name and p.status = 'DRAFT'
        order by p.version desc
        limit 1
        for no key update;
        perform pbdb._refuse_edit(v_draft, v_name, pbdb._draft_hash(v_draft.id), p_expected);

        if v_draft.id is null then
            v_id := pbdb._insert_playbook(
                v_organization_id, p_document, pbdb._next_version(v_organization_id, p_document)
            );
        else
            v_id := v_draft.id;
            perform pbdb._replace_playbook(v_draft, p_document);
        end if;
        exit when v_id is not null;
    end loop;
    perform pbdb._keep_source(v_organization_id, v_id, p_source);

    return query
    select p.id, p.version, pbdb._draft_hash(p.id), v_draft.id is null
    from pbdb.playbooks as p
    where p.organization_id = v_organization_id and p.id = v_id;
end;
$fn$;

comment on function pbdb.save_draft(jsonb, text, text) is
'Keeps a document as the draft of its name, in place of the one before, with the text that it was '
'written in (p_source, at most 1 MiB; null for none). p_expected is the hash that get_draft or the '
'last save gave: when the draft is another by now, nothing is written and PB026 says who saved it. '
'Null: there must be no draft yet. *: whatever there is. Returns the new hash, and is_new when '
'there was no draft. The draft of a name is its highest DRAFT version. Raises PB001, PB009, PB014, '
'PB026.';

revoke execute on function pbdb.save_draft(jsonb, text, text) from public;
grant execute on function pbdb.save_draft(jsonb, text, text) to pbdb_app;
