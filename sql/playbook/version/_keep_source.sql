-- drop: function pbdb._keep_source(uuid, uuid, text)
create or replace function pbdb._keep_source(
    p_organization_id uuid, p_playbook_id uuid, p_source text
)
returns void
language sql
volatile
security invoker
begin atomic
    delete from pbdb.playbook_sources as s
    where
        p_source is null
        and s.organization_id = p_organization_id
        and s.playbook_id = p_playbook_id;
    insert into pbdb.playbook_sources as s (organization_id, playbook_id, source)
    select p_organization_id, p_playbook_id, p_source
    where p_source is not null
    on conflict (organization_id, playbook_id) do update
    set source = excluded.source, saved_by = excluded.saved_by, saved_at = excluded.saved_at;
end;

comment on function pbdb._keep_source(uuid, uuid, text) is
'Keeps the text of a playbook version in place of the one before; null: none.';

revoke execute on function pbdb._keep_source(uuid, uuid, text) from public;
